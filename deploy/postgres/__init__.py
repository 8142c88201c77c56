"""The services' databases: who may do what in them (`provision`), and bringing their tables up to date (`migrate`).

The same code runs in the local run, in the tests' databases and, as `python -m deploy.postgres`, in the migrate
job of a deployment.
"""
