"""The people who use the product: their roles, their addresses, and how they sign in.

A person's name and address live in this package's tables and nowhere else: whoever has to write to somebody
asks `/internal/events/v1/people/{id}/address` at the moment of sending. Nothing about people is published.
"""
