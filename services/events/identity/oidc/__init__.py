"""Signing in at the organisation's own provider: OpenID Connect, authorization code flow with PKCE.

    domain      the identity at the provider, the grants of its groups, and the refusals
    http        the HTTP client for the provider: allowed origins only, no redirects, limits on time and size
    provider    the provider: discovery, keys, authorization URL, verification of the ID token
    commands    signing in by a verified identity, and finding or making its account
    pages       the redirects to the provider and back

Only a hash of the provider's subject is stored, and none of its tokens.
"""
