"""How a figure came from one pair of times to another: the terms of the bridge, and the errata of earlier meetings.

Not here: the figures themselves (`measures`), and the rows behind a figure or a term (`lists`).
"""
