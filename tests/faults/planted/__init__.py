"""The checker is checked: mistakes that a founder might make, each planted in a copy of the tree and looked for.

`bugs.py` is the registry: exact substitutions, what one might have thought when writing them, the fault that brings
the mistake to light and the check that has to see it. `plant.py` makes the copy, `__main__.py` is `make faults-planted`
and `report.py` its result. A bug that survives says that the checker, or a fault, is too weak.
"""
