"""Messages to rows: projections, generations and their rebuild, and which taskforces there are.

Not here: what a row counts for in words or on a page (`measures` and above).
"""
