"""No function that reads or writes rows does so for another taskforce, or for none: tried with every one there is.

They are found by looking: one that nobody has tried fails the tests. All run as the service's own database role.
"""
