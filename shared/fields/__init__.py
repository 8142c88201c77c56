"""Types of fields, each parsed and validated in one place: text, e-mail, phone, CVR, P-number, numbers, dates.

`cpr.py` keeps CPR numbers out of all of them. `validation.py` turns pydantic's errors into sentences. No I/O.
"""
