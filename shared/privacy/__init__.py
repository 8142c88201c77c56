"""Personal data: the register of where it is and for how long, and what is done with it because of that.

`register` reads `personal_data.toml`, of which each service has one beside its migrations.
`migrations/` has the tables: retention runs for every service; the access log and the ledger of erasures for the
services that keep data about persons (`data_subjects/`).
"""
