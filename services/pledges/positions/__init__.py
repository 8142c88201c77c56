"""The steps of a pledge's positions (match, try, cancel, reopen, undo) and of a pledge (affirm, lapse, put that off).

The rules are in `pledges.domain`, `pledges.position` and `pledges.lapsing`. What fills a position is in `hires`, and
withdrawing a whole pledge in `withdrawals`.
"""
