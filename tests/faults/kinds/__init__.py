"""The faults, by what they hit: processes, network, broker, database, clock, messages. Each module has `FAULTS`."""
