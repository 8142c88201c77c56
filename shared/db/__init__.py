"""A service's own PostgreSQL database.

Connection pool, tenant transactions, group commit. Knows no table of a service.
"""
