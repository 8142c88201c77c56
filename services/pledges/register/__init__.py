"""What `events` published: companies, events, who is expected and who checked in. And recognising a typed company.

The tables follow the messages of `events`; this service decides nothing about them.
"""
