"""Step-up: authenticating again before sensitive changes (`shared.http.auth.stepped_up`).

The page keeps the form that was sent. A passkey proves it on that page; the provider or a magic link in another window.
A step-up opens a new session for the same person and ends the previous one.
"""
