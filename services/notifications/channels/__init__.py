"""The ways by which something reaches people, one file each. They know nothing of rules or of the database."""
