"""Showing again who one is, before what a screen that somebody has left must not do (`shared.http.auth.proven`).

Whoever has not for a while is asked to, on a page that keeps what they were sending: a passkey answers on that page, a
provider or a mailed link in another window. Showing it is signing in again, as the same person; the session before
ends.
"""
