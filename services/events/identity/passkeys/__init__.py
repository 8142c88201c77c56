"""Passkeys: signing in with a key that a device keeps and opens by a finger, a face or a PIN (WebAuthn level 3).

The device signs a challenge of ours, good for five minutes, for one browser and once. What is kept is the public key,
so there is nothing here that opens anything. Somebody whose roles are powerful, and who is known by a mailed link
alone, adds one with a code that an administrator has given them: a mailbox is not enough to become them.
"""
