"""Pledges that may be the same promise, noted twice: finding them, and merging them or keeping both.

The worker compares and proposes (`detection`); a coordinator decides, and may decide otherwise at any time. How a
merged pledge counts is a rule of `pledges`.
"""
