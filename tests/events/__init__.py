"""The events service: its rules without a database, everything else against a real PostgreSQL."""
