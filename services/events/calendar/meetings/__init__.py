"""Taskforce meetings: the agenda, the minutes of its items, decisions, and the times of a meeting's figures.

A meeting is an event of kind `taskforce_meeting`. Not here: its place, time and status (`calendar`), and its figures,
projector and pack, which the dashboard makes from what is published here.
"""
