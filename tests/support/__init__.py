"""What tests are built from.

Fixtures, a real PostgreSQL and broker, the running topology, the browser. No tests here.
"""
