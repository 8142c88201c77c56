"""How far targets have come, and whether they will be reached: forecasts, their words on page, projector and paper.

Targets are set in `events`. Whoever is told that one slips finds it in the work list of `pledges`.
"""
