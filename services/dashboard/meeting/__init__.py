"""Meetings: their list, the page of each with the figures of its two times, and the projector that steps through its
agenda; also the projector of an evening, with the figures of one event.

Not here: what is on an agenda and what was decided, which the events service has and fills in; the pack (`pack`).
"""
