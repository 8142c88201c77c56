"""Commands for a deployment whose apps and workers are stopped. All files use one deployment."""
