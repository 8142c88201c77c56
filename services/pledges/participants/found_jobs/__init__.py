"""Jobs found for somebody: a pledge of one position that a company makes for one known participant.

That the pledge is for one citizen is known to all who read it (`pledges.for_citizen`); for whom, only to the case
workers of their municipality. The position is matched with the participant at once, unless another one was found for
them before.
"""
