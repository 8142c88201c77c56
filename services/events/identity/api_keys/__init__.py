"""API keys: an administrator makes one for a program that reads data, with some scopes and an expiry date.

A key is exchanged for an access token of one minute (`tokens`; OAuth 2.0 client credentials), which every service
verifies by itself. So a revoked key stops working within a minute.
"""
