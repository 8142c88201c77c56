"""Who takes part: the taskforces of the installation, and the companies of each with their memberships.

What these companies do at events is in `calendar`. Imports no other feature.
"""
