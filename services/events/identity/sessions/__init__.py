"""Who is signed in: a session is a row here and a secret in one browser; what other services see is a token.

The browser carries the session's secret to every service, but only this package can read it. It gives out a signed
token that is good for a minute and that every service verifies by itself; a browser whose token is too old is sent to
`/session/renew` and back. So whatever ends a session, or changes what somebody may do, holds everywhere a minute later.
"""
