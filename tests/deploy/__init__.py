"""The local run, the databases' provisioning, the routing and the set-up: real processes, really killed."""
