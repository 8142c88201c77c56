"""The OAuth 2.0 token endpoint: a program exchanges its API key for an access token of a minute.

The keys are in `api_keys`; the public keys that verify tokens are in `well_known`.
"""
