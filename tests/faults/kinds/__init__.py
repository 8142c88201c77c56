"""The faults by target: processes, network, broker, database, clock, messages, releases, and combinations of two.

Each module has `FAULTS`.
"""
