"""The taskforce's front page: read models, figures and the public board.

Owns nothing: drop it and rebuild it from the other services' messages. Publishes nothing.
"""
