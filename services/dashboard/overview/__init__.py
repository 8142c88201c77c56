"""The front page: figures, charts and tables of one day, their JSON API, and the welcome for everybody else.

Not here: the public board (`board`) and the projector (`meeting`).
"""
