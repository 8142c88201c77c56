"""Faults on the eight processes, and a checker that trusts nothing but the clients' own ledger.

`ledger.py` is what clients were told; `checker.py` states I1 to I6 against it, `privacy.py` I7 and `tenancy.py` I8.
`catalogue.py` is the registry of faults, which live in `kinds/`; `proxy.py` and `links.py` break links, `points.py`
strikes a process at a named point, `disk.py` makes a disk that can be full. `run.py` is one run: `test_faults.py` has
the short ones of `make test`, `__main__.py` is `make faults`. Everything is on loopback, bounded in count and time,
and seeded.
"""
