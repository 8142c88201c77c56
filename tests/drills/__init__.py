"""Drills of an operator's emergency procedures: performed for real, timed, and checked against the answers that
clients got.

`python -m tests.drills.restore` (`make restore-drill`) loses the database during intake and restores it twice.
"""
