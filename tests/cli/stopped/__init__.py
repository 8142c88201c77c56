"""Commands for a deployment whose apps and workers are stopped: one deployment for all files here."""
