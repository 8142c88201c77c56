"""The sign-in page: the login options, or a choice of roles in a demonstration."""
