"""Server-sent events: which screens are open, and telling them that something has changed.

Not here: what a message says; `overview` and `board` decide that.
"""
