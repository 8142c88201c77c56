"""Channels: one module per way of reaching people, behind one protocol.

Not here: what is sent and why (`notices`), the database, and retries (`deliveries`).
"""
