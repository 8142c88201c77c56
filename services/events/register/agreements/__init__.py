"""Standing agreements with companies: whether a company trains people, hires them, or both, and for how long.

A company page of the staff, with everything else about it, is in `pledges`.
"""
