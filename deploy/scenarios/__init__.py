"""Made-up but plausible taskforces to show, try and test with.

`facts` holds the published figures a scenario must end at, `struer*` the deterministic data, `loading` brings data
into a running installation through the services' own use cases, `evening` plays a live event over the public API.
Nothing here is used by the services, and no company, person or CVR number in it is real.
"""
