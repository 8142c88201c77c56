"""The database prevents each taskforce from seeing or changing another one's rows.

`test_catalogue` checks in the database catalogue that every table is isolated and that policies apply to the services'
roles; `test_isolate` tests what isolating a table does. Functions with more rights and tables without policies are
listed and tested (`test_more_rights`). `tests/authorisation` tests every role over HTTP.
"""
