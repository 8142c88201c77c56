"""How the services are run: on one machine, as separate processes, and the operator's command."""
