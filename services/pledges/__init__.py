"""Pledges of jobs, and the hires that come from them.

Owns the business contacts typed at the intake. Publishes `PledgeLogged`, `PositionFilled` and `HireConfirmed`; reads
what `events` publishes about companies, events and attendance.
"""
