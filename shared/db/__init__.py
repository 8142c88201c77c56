"""A service's own PostgreSQL database.

Connection pool, tenant transactions, group commit. Knows no table of a service.

`migrations/` comes first in every service's database: `current_taskforce()` and `isolate(table)`, by which PostgreSQL
keeps taskforces apart.
"""
