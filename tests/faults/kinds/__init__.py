"""The faults, by what they hit: processes, network, broker, database, clock, messages, releases; two of them together.

Each module has `FAULTS`.
"""
