"""Profile cards: what a company sees of a citizen, in the citizen's own words.

A case worker makes, prints and withdraws a card; a company opens it by the link in its QR code, and the citizen has a
link of their own with which they correct and withdraw it. A card is shown for as long as it is valid. Nothing of it is
cached, so that a withdrawn one is gone at once.
"""
