"""Keys of programs that read what the taskforce has: made by an administrator, for some scopes and until a day.

A key opens nothing by itself. It is exchanged for a token of a minute (OAuth 2.0, client credentials), which every
service verifies by itself like a person's; so a key that is revoked opens nothing a minute later.
"""
