"""Everything on one machine: an embedded PostgreSQL and broker as children, all services behind one port.

Here lives what only the local run needs: the children's life and death, the `.tilsagn/` state folder, the
choice of ports, the launcher and the mail catcher. Nothing here is used when the services run on their own.
"""
