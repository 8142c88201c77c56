"""One company as the staff see it: what it has pledged, hired and attended, in one timeline.

The register itself and its list are in `events`. Nothing here is for the company: it has no account.
"""
