"""Finds free ports, and chooses the public port of the local run."""

from __future__ import annotations

import errno
import random
import socket

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8080
"""The default public port; the next free one is used if another program has it."""

_PORTS_TRIED = 100
_STEADY_PORTS = range(20_000, 32_000)  # Linux gives out 32768 and above, macOS 49152 and above


class PortTaken(RuntimeError):
    """Another program uses the requested port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is in use by another program: stop that program, or choose another with --port")
        self.port = port


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        # Otherwise closing connections of a server that has just ended would block the port.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def any_free(host: str = LOOPBACK) -> int:
    """Return a free port, chosen by the operating system."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        candidate.bind((host, 0))
        port: int = candidate.getsockname()[1]
        return port


def any_steady(host: str = LOOPBACK) -> int:
    """Return a free port for a server that restarts on the same port.

    It is below the range that the operating system uses for outgoing connections, so none of them can take it while the
    server is down.

    Raises:
        OSError: none was found.
    """
    for port in random.sample(_STEADY_PORTS, _PORTS_TRIED):
        if is_free(port, host):
            return port
    raise OSError(errno.EADDRINUSE, "no free port was found")


def listening(host: str = LOOPBACK) -> socket.socket:
    """Return a listening socket on a port chosen by the operating system."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.bind((host, 0))
    taken.listen(1024)
    return taken


def public_socket(insisted: int | None = None, host: str = LOOPBACK) -> socket.socket:
    """Return a listening socket on the public port; it stays reserved from here on.

    Args:
        insisted: the port to use; when None, DEFAULT_PORT or the next free one above it.
        host: address to listen on.

    Raises:
        PortTaken: the requested port is in use, or none of the next hundred is free.
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
