"""What administrators do with people: add, invite, change, deactivate and reactivate them, by page and by API.

A change here also ends sessions, links and passkeys that it makes wrong, so this package is above those.
The person, the tables and their queries are in `people`.
"""
