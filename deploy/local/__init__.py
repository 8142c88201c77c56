"""Runs everything on one machine: all services in this process, PostgreSQL and the broker as child processes.

This package contains what only the local run needs: supervision of the child processes, the `.tilsagn/` state folder,
the choice of ports, the launcher and the mail catcher. A deployment of separate processes does not use it.
"""
