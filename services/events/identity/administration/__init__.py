"""What administrators do with people, by page and by API: add, invite, change, deactivate and reactivate them.

A change may end sessions, magic links and passkeys, so this package is above those. The person, the tables and the
queries are in `people`.
"""
