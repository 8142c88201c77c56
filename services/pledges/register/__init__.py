"""What `events` told us: companies, events, who checked in; recognising a typed company.

Nothing here is decided by this service: the tables follow the messages of `events`.
"""
