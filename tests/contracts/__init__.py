"""The contracts between services: schemas, golden examples, documents."""
