"""Who is told what, when and how: notices, their deliveries, and the channels they go by.

Not here: addresses (the owning service is asked at the moment of sending) and the texts that were sent.
Publishes nothing.
"""
