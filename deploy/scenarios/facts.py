"""Published figures of the taskforce in Struer. The scenario reproduces them exactly.

Source: the published description of the employer taskforce around Code of Care in Struer (municipality 0671):
19 member companies, four to five meetings a year, an evening at B&O where 80 companies pledged about 50 småjobs,
and 196 citizens who have got a småjob since May 2018.
"""

from __future__ import annotations

from datetime import date
from typing import Final

MUNICIPALITY: Final = "0671"
SINCE: Final = date(2018, 5, 1)
MEMBER_COMPANIES: Final = 19
MEETINGS_A_YEAR: Final = (4, 5)
CITIZENS_IN_SMAAJOB_SINCE_START: Final = 196
"""Cumulative: ended jobs count too. The source can also be read as "have now"; the product shows both figures."""

EVENING_HOST: Final = "B&O"
EVENING_COMPANIES: Final = 80
EVENING_POSITIONS_ABOUT: Final = 50
