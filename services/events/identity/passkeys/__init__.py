"""Passkeys (WebAuthn level 3): signing in with a key on a device, unlocked by finger, face or PIN.

The device signs our challenge, which is valid for five minutes, in one browser, once. Only the public key is stored. A
person with privileged roles who signed in by a magic link needs an enrolment code from an administrator to add a
passkey: access to a mailbox is not enough.
"""
