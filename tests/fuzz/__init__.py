"""`make fuzz`: requests that nobody would think of, to the running services, as every role and as nobody.

What programs may call is asked by schemathesis, from the services' OpenAPI documents: data that fits and data that does
not, one request after another with what the one before answered. What the documents do not hold (pages, forms, event
streams, the services' own addresses) is asked from the applications' tables of routes. Every answer has to be one that
is written down, with the headers and the shape written there, and never a 5xx; no process may log an error.
"""
