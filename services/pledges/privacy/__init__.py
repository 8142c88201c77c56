"""Deadlines of personal data, and how a person is found and erased in this service.

The inventory is `personal_data.toml` beside this package; the machinery is `shared.privacy`.
"""
