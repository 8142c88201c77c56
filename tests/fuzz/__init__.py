"""`make fuzz`: generated requests to the running services, as every role and signed out.

Schemathesis requests the API from the services' OpenAPI documents, with valid and invalid data, and with sequences of
requests that use earlier answers. Routes that are not in the documents (pages, forms, event streams, internal routes)
come from the applications' route tables. Every answer must be documented, with its headers and schema, and never a
5xx; no process may log an error.
"""
