"""The start of signing in: the page of login options, or a choice of roles in a demonstration."""
