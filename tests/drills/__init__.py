"""Drills: what an operator does on a bad day, done for real, timed, and checked against what clients were told.

`python -m tests.drills.restore` (`make restore-drill`) loses the database during intake and restores it twice.
"""
