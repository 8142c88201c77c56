"""Fictional taskforces for demonstrations and tests. The services do not use this package.

    facts                      the published figures that the scenario must reach
    struer, struer_companies   the deterministic data
    struer_follow_up           what became of its pledges and hires
    loading                    loads the data into a running installation through the services' commands
    evening                    plays a live event through the public API

No company, person or CVR number is real.
"""
