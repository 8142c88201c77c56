"""Personal data: the register of where it is and for how long, and what is done with it because of that.

`register` reads `personal_data.toml`, of which each service has one beside its migrations.
"""
