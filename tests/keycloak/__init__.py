"""Keycloak, a real OpenID Connect provider, without Docker: fetched once with Maven, for tests of signing in.

    software   resolves the released distribution, checks it against the hash written there, prepares it once
    server     one server on a free port with its data in memory, ended with its parent process

`make test-oidc` needs it; nothing of it runs in production.
"""

from tests.keycloak.server import Keycloak
from tests.keycloak.software import KeycloakMissing, software

__all__ = ["Keycloak", "KeycloakMissing", "software"]
