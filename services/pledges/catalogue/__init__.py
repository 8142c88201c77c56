"""The task catalogue ("Spot et småjob"): the tasks that are built in, and what a taskforce has made of them.

A task is added, hidden and moved, and never removed, because pledges of years hold its code. The printed card is made
here, too.
"""
