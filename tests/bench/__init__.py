"""How fast it is, beside the least that could be done instead: `make bench`.

Every figure stands beside a floor that was measured in the same run, in turn with it: raw asyncpg that writes the
same rows, a bare uvicorn, a bare consumer. A machine's speed drifts, and other work slows both; what holds is the
ratio of the two, round by round. Quoted are medians over the rounds, with the lowest and the highest.

    measures.py   what was measured, its target, and whether it was met
    machine.py    the machine at the time, and what our processes took of it
    children.py   the other half of a measurement, in a process of its own
    topology.py   the processes of docker-compose.yml, with a PostgreSQL that syncs to disk
    intake.py     pledges over HTTP                      floors: raw asyncpg, bare uvicorn
    arrival.py    from the commit to the dashboard       floor: a bare producer and consumer
    history.py    years of pledges, for the next one
    figures.py    rebuild, figures and page, 10 k up     floors: bare consumer, bare uvicorn
    local_run.py  start-up and memory                    floor: PostgreSQL, broker and libraries alone
    report.py     the table, and the JSON

The floors are programs of their own (`raw_intake.py`, `bare_app.py`, `bare_loop.py`, `bare_consumer.py`,
`bare_start.py`), and so is what sends the requests (`load.py`).
"""
