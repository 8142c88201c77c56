"""That an installation of a former release goes on with this one.

`releases/` holds what an installation of each release had in its databases after a short evening. `record.py` writes
it, once, when a release is made; `test_upgrade.py` brings each up to date.
"""
