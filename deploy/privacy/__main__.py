"""`python -m deploy.privacy`: updates docs/privacy.da.md from the data inventories."""

from deploy.privacy.document import FILE, up_to_date

FILE.write_text(up_to_date(FILE.read_text(encoding="utf-8")), encoding="utf-8")
