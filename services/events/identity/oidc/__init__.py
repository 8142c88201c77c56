"""Signing in with one's organisation's own provider: OpenID Connect, authorization code flow with PKCE.

    domain      who somebody is there, what their groups give them here, and everything that can go wrong
    http        what we ask the provider with: a few origins, no redirects, small answers, soon
    provider    the provider: discovery, keys, the way there, and the token that comes back
    commands    signing somebody in by what the provider says of them; who they are here follows from it
    pages       the two addresses: the way there, and the way back

What is kept of a person is a hash of what the provider calls them. No token of the provider's is kept.
"""
