"""Importing old pledges from a spreadsheet: a dry run with a verdict on every line, then all of it or nothing.

The format is in `columns`, `spreadsheet`, `workbook`, `encoding` and `cells`; what was imported before is
recognised in `contents` and `repeats`. The rules of a pledge are in `pledges`.
"""
