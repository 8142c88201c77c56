"""The case worker's work list: pledges with vacant positions.

The form that confirms a hire is in `hires`.
"""
