"""Building blocks of the tests.

Fixtures, a real PostgreSQL and broker, the running topology, the browser. No tests here.
"""
