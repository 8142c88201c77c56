"""Notes about a pledge or a hire: what colleagues write, and what they ask each other or themselves to do.

The forms that write and tick them are in `queue`, where they are due work. The log of calls about a hire is in `hires`.
"""
