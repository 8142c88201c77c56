"""A position that became real: its rules, and the form of a case worker who confirms it.

The list that leads to the form is in `queue`.
"""
