"""Documents that are printed."""
