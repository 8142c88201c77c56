"""The live page of an evening: pledges against the goal, who is there, and whether every phone has delivered.

Not here: the phones' running numbers (`phones`), logging (`intake`), and figures of other days (the dashboard).
"""
