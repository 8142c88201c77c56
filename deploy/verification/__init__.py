"""Does the dashboard say what the services know? Counted anew, with SQL that shares nothing with the dashboard's.

`truth` reads the owning services' tables, `shown` what the dashboard holds and answers, `comparison` walks through
both side by side, `quiet` waits until no message is under way, `check` does all of it for every taskforce.
Everything reads as the tables' owners, whom row-level security does not bind: a row in the wrong taskforce is
exactly what must be seen.
"""
