"""The messages between services: one class for each message type, one file for each publisher.

A message carries the aggregate's whole public state with its effective dates and its version, and never a contact, a
person's name, an address or free text (invariant I7). A breaking change is a new type with the next version in its
name; both are published for a while.

`examples/` has a golden example of every version, `schemas/` its JSON Schema as published (`json_schema` writes it and
refuses breaking changes), `readers` says which service reads what, and `asyncapi` writes `docs/asyncapi`.
"""
