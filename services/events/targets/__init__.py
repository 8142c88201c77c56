"""Targets: which figure the taskforce wants to reach which value by which day, and what it says about it.

How far it has come, and whether it will be reached, is in `dashboard`.
"""
