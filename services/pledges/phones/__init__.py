"""The phones that have an event's intake open, and which of their captures have arrived.

A phone is a random id, made by its browser for one event. Not here: the pledges themselves (`pledges`), and the page
that shows which phone still holds one (`evening`).
"""
