"""The kinds of due work: a `DueKind` for each, in a module for each subject, and the list of them in `registry`.

To add one, write its `DueKind` here and add it to the list. Its source reads an index in the order of its day. The
Danish words are in the queue's `locale/da.po`, and `tests/pledges/queue/test_states.py` has a case for each kind.
"""
