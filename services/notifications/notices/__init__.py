"""One module per notice: the message that triggers it, its recipient, its context and its templates.

Not here: sending (`deliveries`) and how a channel works (`channels`).
"""
