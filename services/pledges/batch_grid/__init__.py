"""Typing in paper slips after an event: a grid with one row for each slip, all of them saved or none.

What a row says is judged in `slips`, and compared with what the typist counted in `totals`. Logging is in `pledges`.
"""
