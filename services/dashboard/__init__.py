"""What the taskforce sees: read models, measures, pages and the public board.

Not here: any fact of its own. Drop it and rebuild it from the other services' messages. Publishes nothing.
"""
