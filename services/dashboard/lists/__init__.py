"""The pledges, hires and attendances behind a figure or behind a term of a bridge, each with the reason in words.

Not here: how many they are (`measures`, `bridge`).
"""
