"""Importing participants from a spreadsheet: a dry run with a verdict on every line, then all of it or nothing.

The format is in `columns`; how files and cells are read is in the package above. The rules of a participant are in
`participants`. Whoever imports sees their municipality's participants only, and each one that is looked up is logged.
"""
