"""The library of all services. Imports no service.

Its packages use each other downwards only, in the order that import-linter holds (`pyproject.toml`): `privacy`,
`documents`, `http`, `ui`, `messaging`, `db`, `product`, `contracts`, `fields`, `i18n`.
"""
