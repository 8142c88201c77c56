"""Correcting what was logged: as a new version, with who, when and why. What was logged is kept.

Withdrawing a pledge is in `withdrawals`.
"""
