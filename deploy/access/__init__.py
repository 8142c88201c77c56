"""Kafka users and access control lists (ACLs): each service may read and write only the topics it needs.

    acls        the declared ACLs, derived from the publishers and readers of each message
    broker      sets passwords and ACLs on a broker, and reads the ACLs that exist

`python -m deploy.access` applies them. The broker of a local run has no users and does not need this package.
"""

from deploy.access.acls import OPERATOR, Acl, declared, user_of, users

__all__ = ["OPERATOR", "Acl", "declared", "user_of", "users"]
