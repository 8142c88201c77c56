"""Companies' promises: pledges, their positions, and the hires that come of them.

Owns the business contacts typed at the intake. Publishes `PledgeLogged`, `PositionFilled` and
`HireConfirmed`; reads the register of companies, events and attendance that `events` publishes.
"""
