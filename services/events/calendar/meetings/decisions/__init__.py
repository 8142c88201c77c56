"""Decisions of meetings: what was decided, who is responsible, by when, and what became of it.

A decision comes back at the next meetings until it is done or dropped.
"""
