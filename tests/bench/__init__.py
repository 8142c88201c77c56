"""Benchmarks, each with a baseline that does the least possible work: `make bench`.

Every figure is compared with a baseline ("floor") that is measured in alternation with it: raw asyncpg that writes the
same rows, a bare uvicorn, a bare consumer. The speed of a machine varies, so the ratio of the two, round by round, is
what counts. The results are medians over the rounds, with the lowest and the highest.

    measures.py   results, their targets, and whether they were met
    machine.py    the machine, its load, and the resources that our processes use
    children.py   child processes that take part in a measurement
    topology.py   the processes of docker-compose.yml, with a PostgreSQL that syncs to disk
    intake.py     pledges over HTTP                      floors: raw asyncpg, bare uvicorn
    arrival.py    from the commit to the dashboard       floor: a bare producer and consumer
    history.py    years of pledges, for figures.py
    figures.py    rebuild, figures and page, 10 k up     floors: bare consumer, bare uvicorn
    phone.py      the intake's shell: bytes, and time until one can type
    local_run.py  start-up and memory                    floor: PostgreSQL, broker and libraries alone
    report.py     the table, and the JSON

The floors are separate programs (`raw_intake.py`, `bare_app.py`, `bare_loop.py`, `bare_consumer.py`,
`bare_start.py`), and so is what sends the requests (`load.py`).
"""
