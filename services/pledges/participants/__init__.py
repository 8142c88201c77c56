"""Participants: people far from the labour market who look for a job, and what they are able and would like to do.

They are in a schema of their own, which only one role of the database may use (`access.ParticipantsDb`). Every query
takes a `Disclosure`, which logs who looks at whom and why; without one no row is visible. A participant is a pseudonym:
a name is only on a profile card. Hires know a participant by `citizen_id` only, a random number.
"""
