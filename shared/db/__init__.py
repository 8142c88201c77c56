"""A service's own PostgreSQL database: connection pool, transactions, group commit, idempotency keys.

`migrations/` comes first in every service's database: `current_taskforce()` and `isolate(table)`, by which PostgreSQL
keeps taskforces apart. `migrations/idempotency/` is for the services whose API changes something.
"""
