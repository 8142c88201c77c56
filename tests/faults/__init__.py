"""Faults on the eight processes, and a checker that trusts nothing but the clients' own ledger.

`ledger.py` is what clients were told; `checker.py` states the invariants I1-I6 against it; `test_faults.py`
breaks things. Everything runs on loopback, is bounded in count and time, and is seeded.
"""
