"""Fault injection on the eight processes, and a checker that relies only on the clients' own ledger.

`ledger.py` records the answers that clients got; `checker.py` checks I1 to I6 against it, `privacy.py` I7 and
`tenancy.py` I8. `catalogue.py` is the registry of faults, which are in `kinds/`; `proxy.py` and `links.py` break
links, `points.py` stops a process at a named point, `disk.py` creates a disk that can be filled. `run.py` is one run:
`test_faults.py` has the short runs of `make test`, `__main__.py` is `make faults`. Everything is on loopback, bounded
in count and time,
and seeded.
"""
