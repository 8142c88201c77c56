"""What the services promise each other: schemas, golden examples, documents."""
