"""Printed documents: PDF by typst.

`typesetting.py` renders a typst layout with its data, and `qr.py` draws the QR code of a link. What a document says is
prepared where it belongs, e.g. `shared.privacy.pdf`.
"""
