"""A Keycloak on this machine with its own realm, and its administrator's actions."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import httpx

from deploy.local.ports import LOOPBACK, any_free
from tests.keycloak.software import JAVA_OPTIONS, software

if TYPE_CHECKING:
    from collections.abc import Sequence

REALM: Final = "struer"
CLIENT_ID: Final = "tilsagn"
CLIENT_SECRET: Final = "a-secret-of-the-tests"
PASSWORD: Final = "correct horse battery staple"
_ADMINISTRATOR: Final = "administrator"
_START_SECONDS: Final = 200


class Keycloak:
    """A running server; stop it with `stop`.

    The realm has one confidential client that must use PKCE with S256; its tokens contain people's groups.
    """

    def __init__(self) -> None:
        self.port = any_free()
        self.base = f"http://{LOOPBACK}:{self.port}"
        self.issuer = f"{self.base}/realms/{REALM}"
        self._log = tempfile.NamedTemporaryFile(prefix="tilsagn-keycloak-", suffix=".log")  # noqa: SIM115
        self._process = self._started()
        self._http = httpx.Client(base_url=self.base, timeout=20, trust_env=False)
        self._wait()
        self._admin("POST", "/admin/realms", json=_realm())

    def stop(self) -> None:
        """Stop the server; its data is lost."""
        self._http.close()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def freeze(self) -> None:
        """Pause the server, like a hanging machine."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume the server."""
        os.killpg(self._process.pid, signal.SIGCONT)

    def send_back_to(self, redirect_uri: str, signed_out_uri: str) -> None:
        """Register the redirect URIs after signing in and after signing out."""
        client = self._client()
        registered = {
            "redirectUris": [redirect_uri],
            "attributes": client["attributes"] | {"post.logout.redirect.uris": signed_out_uri},
        }
        self._admin("PUT", f"/admin/realms/{REALM}/clients/{client['id']}", json=registered)

    def add_user(self, name: str, *, groups: Sequence[str] = (), verified: bool = True) -> str:
        """Add a user with the password of the tests: `hanne` is Hanne Test, hanne@struer.example. Returns the user's
        id."""
        user = {
            "username": name,
            "firstName": name.title(),
            "lastName": "Test",
            "email": f"{name}@struer.example",
            "emailVerified": verified,
            "enabled": True,
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
            "groups": [f"/{group}" for group in groups],
        }
        answer = self._admin("POST", f"/admin/realms/{REALM}/users", json=user)
        return answer.headers["location"].rpartition("/")[2]

    def leave_group(self, user_id: str, group: str) -> None:
        """Remove a user from a group."""
        self._admin("DELETE", f"/admin/realms/{REALM}/users/{user_id}/groups/{self._group(group)}")

    def sign_out(self, user_id: str) -> None:
        """End a user's sessions, so that the password is required again."""
        self._admin("POST", f"/admin/realms/{REALM}/users/{user_id}/logout")

    def rotate_keys(self) -> None:
        """Sign with a new key from now on, and remove the previous one."""
        realm = self._admin("GET", f"/admin/realms/{REALM}").json()["id"]
        components = self._admin("GET", f"/admin/realms/{REALM}/components").json()
        former = [one for one in components if one["providerId"] == "rsa-generated"]
        new = {
            "name": f"rsa-{time.monotonic_ns()}",
            "providerId": "rsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "parentId": realm,
            "config": {"priority": ["500"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]},
        }
        self._admin("POST", f"/admin/realms/{REALM}/components", json=new)
        for one in former:
            self._admin("DELETE", f"/admin/realms/{REALM}/components/{one['id']}")

    def _group(self, name: str) -> str:
        groups = self._admin("GET", f"/admin/realms/{REALM}/groups").json()
        return next(str(one["id"]) for one in groups if one["name"] == name)

    def _client(self) -> dict[str, Any]:
        found = self._admin("GET", f"/admin/realms/{REALM}/clients", params={"clientId": CLIENT_ID}).json()
        return dict(found[0])

    def _admin(self, method: str, path: str, **sent: Any) -> httpx.Response:
        token = self._http.post(
            "/realms/master/protocol/openid-connect/token",
            data={
                "grant_type": "password",
                "client_id": "admin-cli",
                "username": _ADMINISTRATOR,
                "password": PASSWORD,
            },
        )
        token.raise_for_status()
        headers = {"authorization": f"Bearer {token.json()['access_token']}"}
        answer = self._http.request(method, path, headers=headers, **sent)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        command = [
            *("sh", str(software() / "bin" / "kc.sh"), "start", "--optimized", "--cache=local"),
            *("--http-enabled=true", "--hostname-strict=false"),
            *(f"--http-host={LOOPBACK}", f"--http-port={self.port}"),
        ]
        environment = {
            **os.environ,
            "JAVA_OPTS": JAVA_OPTIONS,
            "KC_BOOTSTRAP_ADMIN_USERNAME": _ADMINISTRATOR,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
        }
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, env=environment,
            start_new_session=True,
        )  # fmt: skip

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if self._http.get("/realms/master/.well-known/openid-configuration").is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        output = Path(self._log.name).read_text("utf-8", "replace")[-2000:]
        self.stop()
        raise RuntimeError(f"Keycloak did not start:\n{output}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _realm() -> dict[str, Any]:
    return {
        "realm": REALM,
        "enabled": True,
        "sslRequired": "none",
        "groups": [{"name": name} for name in ("Jobcenter", "Taskforce", "Administratorer", "Kantinen")],
        "clients": [
            {
                "clientId": CLIENT_ID,
                "secret": CLIENT_SECRET,
                "protocol": "openid-connect",
                "publicClient": False,
                "standardFlowEnabled": True,
                "directAccessGrantsEnabled": False,
                "redirectUris": [],
                "attributes": {"pkce.code.challenge.method": "S256"},
                "protocolMappers": [
                    {
                        "name": "groups",
                        "protocol": "openid-connect",
                        "protocolMapper": "oidc-group-membership-mapper",
                        "config": {"claim.name": "groups", "full.path": "false", "id.token.claim": "true"},
                    }
                ],
            }
        ],
    }
