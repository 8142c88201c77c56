"""Plays an evening in real browsers: phones in a full hall with a bad network, typing what companies promise.

    plan      what is typed on which phone, from a seed
    chromium  finds and starts the browser
    phone     one phone: opens the intake, types pledges, reads what the page says
    hall      all phones at once, with the network coming and going
    outcome   compares what was typed with what the installation has stored

`tilsagn rehearse` plays practice data against tonight's event. `make evening` plays real pledges on an installation of
its own, with more harm done to the network. Both need Playwright and Chromium, which `make setup` installs.
"""
