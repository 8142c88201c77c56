"""The loop from end to end, through real processes."""
