"""Tests the checker with planted bugs: each is put into a copy of the tree, and the checker must detect it.

`bugs.py` is the registry: exact substitutions, a plausible reason for writing them, the fault that exposes the bug and
the check that must detect it. `plant.py` makes the copy, `__main__.py` is `make faults-planted` and `report.py` its
result. An undetected bug means that the checker, or a fault, is too weak.
"""
