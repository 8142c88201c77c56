"""What the services tell each other: one class per message type, one file per publisher.

A message carries the aggregate's whole public state with its effective dates and its version, and never a
contact, a person's name, an address or free text (invariant I7). A breaking change is a new type with the
next version in its name; both are published for a while. `examples/` holds a golden example of every version,
`schemas/` its JSON Schema as it was published (`json_schema` writes it, and refuses what would break it),
`readers` says who reads what, and `asyncapi` makes each service's document in `docs/asyncapi`.
"""
