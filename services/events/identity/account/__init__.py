"""The page of one's own account: facts and roles, sessions, and passkeys.

Its buttons lead to routes of `sessions` and `passkeys`.
"""
