"""The projector: the figures on a screen in a room, during an event or a meeting.

Not here: the charts themselves, which it shares with `overview`.
"""
