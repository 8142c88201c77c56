"""Sessions: a row here and a secret in one browser. Other services see a signed token only.

The browser sends the session's secret to every service, but only this package can check it. It issues a token of one
minute, which every service verifies by itself. A browser with an expired token is redirected to `/session/renew` and
back. So the end of a session, or a change of roles, applies everywhere within a minute.
"""
