"""The register: who takes part and when they meet.

Owns the taskforce, its companies, employer events, attendance, event passes, and the people with their
roles and addresses; it alone signs tokens. Publishes the register's facts and reads no messages.
"""
