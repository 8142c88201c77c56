"""Dated rules about hours, and how a participant's hours compare with them. The hours are those of their hires.

A rule is a row: how many hours, within how many calendar months, what counts, from when until when (`domain`). What
somebody has worked is counted in `hours`: a day is a seventh of the week's hours of the ladder, whatever day it is.
"""
