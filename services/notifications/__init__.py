"""Mails and other notices: who gets which one, when, and through which channel.

Not here: addresses (the owning service is asked at the moment of sending) and the texts that were sent.
Publishes what became of the mails about pledges and hires.
"""
