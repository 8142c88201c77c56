"""Fictional taskforces for demonstrations and tests. The services do not use this package.

    model, company, citizens   what a scenario consists of
    facts, vejle_facts         the published figures that the scenarios must reach
    struer_…, vejle_…          the deterministic data
    struer_follow_up           what became of the pledges and hires of Struer
    …loading                   load the data into a running installation through the services' commands
    drawings                   the pictures of profile cards
    evening                    plays a live event through the public API

No company, person or CVR number is real.
"""
