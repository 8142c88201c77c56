"""Deliveries: claim what is due, check it again, send, mark, retry; and the list of them as page and API.

Not here: what a mail says (`notices`) and how a server is spoken to (`channels`).
"""
