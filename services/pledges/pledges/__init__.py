"""The pledge and its positions: logging, reading, lists, who may see what.

Forms on the phone are in `intake`, what becomes of a position is in `hires`.
"""
