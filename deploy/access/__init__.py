"""Who may do what on Kafka: each service reads and writes its own business, and nobody does anything else.

    rights      what is declared: derived from who publishes and who reads which messages
    broker      gives the users their passwords and rights on a broker, and says what differs

`python -m deploy.access` does it. A local run's broker knows no users and needs none of this.
"""

from deploy.access.rights import OPERATOR, Right, declared, user_of, users

__all__ = ["OPERATOR", "Right", "declared", "user_of", "users"]
