"""The first administrator: the operator makes a link in the terminal, and the person who opens it becomes
administrator, once.

Access to that terminal is the proof: there is no administrator yet who could add anybody.
"""
