"""Personal data: the data inventory, and what follows from it.

`data_inventory.py` reads each service's `personal_data.toml`: where personal data is, why, and for how long.
`retention.py` deletes it after that. `subjects.py`, `subject_requests.py` and `report.py` find, report and erase what
is held about a person; `activity.py` finds what an account has done. `access_log.py` records who looked at whom.
`migrations/` has the tables: retention runs for every service; the access log and the ledger of erasures for the
services that own data about persons (`data_subjects/`).
"""
