"""Authorisation, tested completely: every operation of every service, as every role, with resources of every ownership.

The expected answers come from the declarations at the routes (`shared.http.policy`), never from the checks under
test. `matrix` sends the requests and checks the answers; one file for each service creates its resources and builds
requests for them; `removal` removes checks to show that the tests notice. Some tests check the declarations
themselves.
"""
