"""Which ports are free, and which public port the local run answers on."""

from __future__ import annotations

import errno
import random
import socket

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8080
"""The public port people are told about; the next free one when another program has it."""

_PORTS_TRIED = 100
_STEADY_PORTS = range(20_000, 32_000)  # Linux gives out 32768 and above, macOS 49152 and above


class PortTaken(RuntimeError):
    """The port that was asked for is in use by another program."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is in use by another program: stop that program, or choose another with --port")
        self.port = port


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        # Otherwise a server that ended a second ago still blocks its own port with closing connections.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def any_free(host: str = LOOPBACK) -> int:
    """A port nobody listens on, chosen by the operating system."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        candidate.bind((host, 0))
        port: int = candidate.getsockname()[1]
        return port


def any_steady(host: str = LOOPBACK) -> int:
    """A free port for a server that goes away and comes back on it.

    It is below those the operating system gives to outgoing connections: while the server is away none of them can
    sit there.

    Raises:
        OSError: none was found.
    """
    for port in random.sample(_STEADY_PORTS, _PORTS_TRIED):
        if is_free(port, host):
            return port
    raise OSError(errno.EADDRINUSE, "no free port was found")


def listening(host: str = LOOPBACK) -> socket.socket:
    """A listening socket on a port chosen by the operating system, held from here on."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.bind((host, 0))
    taken.listen(1024)
    return taken


def public_socket(insisted: int | None = None, host: str = LOOPBACK) -> socket.socket:
    """A listening socket on the public port, held from here on so that nobody else can take it.

    Args:
        insisted: this port and no other; when None, DEFAULT_PORT or the next free one above it.
        host: address to listen on.

    Raises:
        PortTaken: the insisted port is in use, or none of the next hundred is free.
    """
    candidates = [insisted] if insisted is not None else range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED)
    for port in candidates:
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, port))
            taken.listen(1024)
        except OSError as error:
            taken.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        return taken
    raise PortTaken(insisted if insisted is not None else DEFAULT_PORT)
