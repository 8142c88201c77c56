"""The intake form on a phone, and the event pass that opens it to guests.

Logging itself is in `pledges`.
"""
