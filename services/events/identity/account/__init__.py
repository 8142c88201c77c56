"""The page about one's own account: who one is here, where one is signed in, and with what one can sign in.

What can be done there is in `sessions` and `passkeys`.
"""
