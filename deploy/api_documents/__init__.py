"""Checks the OpenAPI documents of all services with a linter that is not ours: `python -m deploy.api_documents`."""
