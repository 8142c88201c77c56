"""Printed documents: PDF by typst.

`typesetting.py` renders a typst layout with its data. What a document says is prepared where it belongs, e.g.
`shared.privacy.pdf`.
"""
