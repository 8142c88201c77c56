"""No taskforce sees or changes another one's rows, because the database does not let it.

`test_catalogue` reads from the catalogue that every table is isolated and that the services' roles are bound;
`test_isolate` tries what isolating a table does. What passes by the policies, a function that runs with more rights or
a table of all taskforces, is listed and tried (`test_more_rights`). As every role, over HTTP: `tests/authorisation`.
"""
