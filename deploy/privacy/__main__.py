"""`python -m deploy.privacy`: bring docs/privacy.da.md up to date with the registers of personal data."""

from deploy.privacy.document import FILE, up_to_date

FILE.write_text(up_to_date(FILE.read_text(encoding="utf-8")), encoding="utf-8")
