"""Who may do what, tried whole: every operation of every service, as every role, with everybody's things.

The expected answers come from the declarations at the routes (`shared.http.policy`), never from the checks under
test. `matrix` asks and judges; one file for each service makes its things and says what a request with one looks like;
`removal` takes checks away. Tests of what is declared stand beside those of what is done.
"""
