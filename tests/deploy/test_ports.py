"""The choice of the public port."""

from __future__ import annotations

import socket

import pytest

from deploy.local import ports
from deploy.local.ports import PortTaken, any_free, is_free, listening, public_socket


def test_the_default_port_is_taken_when_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "DEFAULT_PORT", any_free())
    with public_socket() as taken:
        assert taken.getsockname() == ("127.0.0.1", ports.DEFAULT_PORT)


def test_the_next_free_one_is_taken_when_the_default_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as other:
        monkeypatch.setattr(ports, "DEFAULT_PORT", other.getsockname()[1])
        with public_socket() as taken:
            assert 0 < taken.getsockname()[1] - ports.DEFAULT_PORT <= 100


def test_a_requested_port_that_is_taken_is_an_error() -> None:
    with listening() as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is in use .* choose another with --port"):
            public_socket(port)


def test_a_chosen_port_stays_reserved() -> None:
    with public_socket(any_free()) as taken:
        assert not is_free(taken.getsockname()[1])
        with socket.create_connection(taken.getsockname(), timeout=1):
            pass
    assert is_free(any_free())
