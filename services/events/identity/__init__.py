"""The people who use the product, what they may do, and how they sign in.

Each package is one subject, in the order that the contract in `pyproject.toml` gives. `register` and `calendar` import
nothing from here: they see a `Principal`.
"""
