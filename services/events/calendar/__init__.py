"""When the taskforce meets: employer events from plan to end, attendance at the door, and event passes for guests.

The companies themselves are in `register`; what guests pledge is another service's.
"""
