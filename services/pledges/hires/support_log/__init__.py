"""The support log of a hire ("det brænder"): who rang, what was agreed, and whether it is solved.

It is the contact person's short log. Notes about a case that nobody rang about are not here.
"""
