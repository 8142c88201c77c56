"""The services' databases: creates roles and databases (`provision`) and applies migrations (`migrate`).

The local run, the tests and, as `python -m deploy.postgres`, the migrate job of a deployment use the same code.
"""
