"""The case worker's day: the work that is due, whose it is, and handing it over.

Due work is computed from the tables of the other features; nothing is stored twice. `kinds` has each kind of it.
The forms that do the work are where its subject is (`pledges`, `hires`, `call_list`, ...).
"""
