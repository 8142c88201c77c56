"""Withdrawing a pledge, or everything that came with one event pass, and undoing it.

The rules are in `pledges.domain`; what is pledged instead is in `corrections`.
"""
