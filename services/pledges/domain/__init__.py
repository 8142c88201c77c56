"""What a pledge is and what may become of it. Imports no I/O.

`register`: what `events` has told us: companies, events. `pledge`: the promise, its positions, and how it may come
in. `hire`: a position that became real. `refusals`: every way in which the rules say no.
"""
