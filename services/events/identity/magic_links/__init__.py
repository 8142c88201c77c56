"""Signing in by a mailed link: asked for in a browser, opened in the same one, pressed once, within ten minutes.

What is asked for travels as an id. The link itself is made when the courier asks for it, at the moment of sending, and
only its hash is kept: it is on no bus and in no database. Whoever asks for an address that nobody has is answered the
same, and as soon.
"""
