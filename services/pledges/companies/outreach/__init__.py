"""Contacts that the staff have made with a company: a visit, a call, a card handed over, and what came of it.

Calls about one pledge after an event are in `call_list`.
"""
