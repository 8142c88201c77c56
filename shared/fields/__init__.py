"""Fields that several services read.

CPR guard, CVR, dates. Each is parsed and judged in one place, and imports no I/O.
"""
