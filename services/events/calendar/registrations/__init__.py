"""Registrations: which companies are expected at an event, and the invitations that they show at the door.

Who has come is attendance (`calendar/domain.py`). A company may come without being registered, and be registered
without coming.
"""
