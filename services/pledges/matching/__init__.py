"""Who fits a position, and which positions fit a participant: reasons in words, never a score. A person decides.

What a participant is able and would like to do is in `participants`; the steps of a position are in `positions`.
"""
