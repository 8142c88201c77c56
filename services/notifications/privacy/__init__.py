"""What the register of personal data asks of this service: retention jobs and subject requests.

Not here: the deadlines, which are in `personal_data.toml`.
"""
