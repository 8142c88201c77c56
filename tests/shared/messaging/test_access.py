"""Connecting to a broker, with and without TLS."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.certificates import Authority
from shared.messaging.access import KafkaAccess, access_from, client_options, faststream_security
from shared.settings import ServiceSettings

SECRET = "nobody is to see this"  # pragma: allowlist secret


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    """Of an authority of our own."""
    Authority.new().write(tmp_path)
    return str(tmp_path / "ca.pem")


def test_a_plain_address_is_connected_to_without_tls() -> None:
    assert client_options("a:1,b:2") == {"bootstrap_servers": ["a:1", "b:2"]}
    assert client_options(KafkaAccess("a:1")) == {"bootstrap_servers": ["a:1"]}
    assert faststream_security(KafkaAccess("a:1")) is None


def test_a_login_requires_tls_with_our_own_authority(ca_file: str) -> None:
    options = client_options(KafkaAccess("a:1", "SASL_SSL", "tilsagn-events", SECRET, ca_file))
    context: ssl.SSLContext = options.pop("ssl_context")
    assert options == {
        "bootstrap_servers": ["a:1"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "tilsagn-events",
        "sasl_plain_password": SECRET,
    }
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    [trusted] = context.get_ca_certs()
    assert trusted["subject"] == ((("commonName", "Tilsagn, inside"),),)


def test_the_certificate_file_is_read_again_and_may_have_two_authorities(ca_file: str) -> None:
    access = KafkaAccess("a:1", "SASL_SSL", "tilsagn-events", SECRET, ca_file)

    def trusted() -> int:
        context: ssl.SSLContext = client_options(access)["ssl_context"]
        return len(context.get_ca_certs())

    file = Path(ca_file)
    old = file.read_text(encoding="utf-8")
    assert trusted() == 1
    Authority.new().write(file.parent)
    file.write_text(old + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert trusted() == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kafka_security_protocol": "SASL_SSL"}, "needs KAFKA_USERNAME and KAFKA_PASSWORD"),
        ({"kafka_security_protocol": "SASL_SSL", "kafka_username": "a"}, "needs KAFKA_USERNAME and KAFKA_PASSWORD"),
        ({"kafka_username": "a", "kafka_password": SECRET}, "of no use in the clear"),
        ({"kafka_ca_file": "/a"}, "of no use in the clear"),
        ({"kafka_security_protocol": "SASL_PLAINTEXT"}, "Input should be 'PLAINTEXT' or 'SASL_SSL'"),
        (
            {
                "kafka_security_protocol": "SASL_SSL",
                "kafka_username": "a",
                "kafka_password": SECRET,
                "kafka_ca_file": "/not/there",
            },
            "KAFKA_CA_FILE: /not/there cannot be used",
        ),
    ],
)
def test_a_service_does_not_start_with_incomplete_kafka_settings(
    given: dict[str, str], words: str, base_settings: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        ServiceSettings(**base_settings | {"database_url": "postgresql://"} | given)
    assert words in str(refused.value)
    assert SECRET not in str(refused.value.errors(include_input=False))


def test_the_password_is_not_shown_with_the_settings(base_settings: dict[str, Any], ca_file: str) -> None:
    settings = ServiceSettings(
        **base_settings
        | {
            "database_url": "postgresql://",
            "kafka_security_protocol": "SASL_SSL",
            "kafka_username": "a",
            "kafka_password": SECRET,
            "kafka_ca_file": ca_file,
        }
    )
    assert SECRET not in repr(settings) + repr(settings.kafka)
    assert settings.kafka.password == SECRET


def test_an_environment_is_read_with_and_without_a_prefix(ca_file: str) -> None:
    variables = {
        "KAFKA_BOOTSTRAP_SERVERS": "a:1",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_USERNAME": "a",
        "KAFKA_PASSWORD": "b",
        "KAFKA_CA_FILE": ca_file,
    }
    assert access_from(variables) == KafkaAccess("a:1", "SASL_SSL", "a", "b", ca_file)
    assert access_from({f"EVENTS_{name}": value for name, value in variables.items()}, prefix="EVENTS_") == access_from(
        variables
    )
    with pytest.raises(ValueError, match="EVENTS_KAFKA_BOOTSTRAP_SERVERS is not set"):
        access_from(variables, prefix="EVENTS_")
    with pytest.raises(ValueError, match="is PLAINTEXT or SASL_SSL, not SSL"):
        access_from(variables | {"KAFKA_SECURITY_PROTOCOL": "SSL"})


@pytest.mark.parametrize(
    ("differing", "expected"),
    [
        ({}, ["kafka", "postgresql"]),
        ({"database_url": "postgresql://a@b/c?sslmode=require"}, ["kafka", "postgresql"]),
        ({"database_url": "postgresql://a@b/c?sslmode=verify-full&sslrootcert=/ca.pem"}, ["kafka"]),
        ({"kafka_security_protocol": "SASL_SSL", "kafka_username": "a", "kafka_password": SECRET}, ["postgresql"]),
        ({"public_url": "http://localhost:8080"}, []),
        ({"kafka_flavour": "embedded"}, []),
    ],
)
def test_connections_without_tls_are_reported(
    differing: dict[str, str], expected: list[str], base_settings: dict[str, Any]
) -> None:
    deployed = {"database_url": "postgresql://a@b/c", "public_url": "https://a.example", "kafka_flavour": "apache"}
    assert ServiceSettings(**base_settings | deployed | differing).connections_without_tls == expected
