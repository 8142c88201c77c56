"""Every measure of the dashboard, defined once, and the figures computed from the read model.

Not here: how rows are written (`read_model`), and how a figure looks (`overview`, `meeting`, `board`).
"""
