"""The door: what the phones of the door capture, also without a network, and how the captures of two doors merge.

The check-ins of the page without JavaScript are use cases of `calendar/commands.py`. Both end in the same attendance.
"""
