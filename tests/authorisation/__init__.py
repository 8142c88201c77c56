"""Who may do what, tried whole: every operation of every service, as every role, with everybody's things.

What has to be answered is read from what is declared at the routes (`shared.policy`), never from the checks that are
tried. `matrix` asks and judges; one file for each service makes its things and says what a request with one looks like;
`removal` takes checks away. Tests of what is declared stand beside those of what is done.
"""
