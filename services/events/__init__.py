"""The register, the calendar and identity: taskforces and companies, events, and how people sign in.

Owns taskforces, companies, employer events, attendance, event passes, and people with their roles and addresses. The
only service that signs tokens. Publishes what changes in the register and the calendar; consumes no messages.
"""
