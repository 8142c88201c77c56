"""What is said to whom, when, in which language, and the proof that it was sent.

Owns deliveries, never addresses: those are asked of the owning service at the moment of sending.
Reads pledges, hires and the register; publishes nothing.
"""
