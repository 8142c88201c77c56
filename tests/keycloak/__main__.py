"""`python -m tests.keycloak`: fetch and prepare Keycloak, so that later starts need no network."""

from __future__ import annotations

import sys

from tests.keycloak.software import KeycloakMissing, software

if __name__ == "__main__":
    try:
        software(lambda text: print(f"  {text} …", flush=True))
    except KeycloakMissing as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
