"""Tests on `tilsagn demo` after its evening. All files share one demo, and each leaves it usable.

The tests of the command run first, because some of them count the results of the evening.
"""
