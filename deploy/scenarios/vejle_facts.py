"""Published figures of the småjob effort in Vejle (municipality 0630). The scenario reproduces them exactly.

Source: the published description of the job centre's effort: 70 citizens are in småjobs of 5 to 15 hours a week on
ordinary pay; employer and employee can ring one fixed contact person; companies are sought that the job centre did not
know. One man went from a praktik of four weeks to 12 paid hours and 4 hours of praktik, and on to 20 paid hours, with
which he supports himself.
"""

from __future__ import annotations

from typing import Final

MUNICIPALITY: Final = "0630"
CITIZENS_IN_SMAAJOB_NOW: Final = 70
WEEKLY_HOURS: Final = (5, 15)
LADDER_PRAKTIK_WEEKS: Final = 4
LADDER_HOURS: Final = ((0, 20), (12, 4), (20, 0))
"""Paid hours and hours of praktik a week of each step. The source does not say how many hours the first praktik had."""
