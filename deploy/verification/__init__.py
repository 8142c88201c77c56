"""Compares the dashboard with the services' own tables, using SQL that shares nothing with the dashboard's.

    source_records   queries on the tables of the services that own the data
    read_model       queries on the dashboard's read model
    counts           the figures of a day as counts by name, from either side
    comparison       compares the two, row by row and figure by figure
    delivery         waits until every message is published and applied
    lost_changes     finds messages on the broker whose change is in no database
    check            runs the whole comparison for every taskforce

All queries run as the owner of the tables, who bypasses row-level security: a row in the wrong taskforce must be found.
"""
