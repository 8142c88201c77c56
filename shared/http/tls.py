"""What the encrypted connections of our HTTP clients trust."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return the context for HTTP clients, TLS 1.2 at least: the machine's authorities, or those of `SSL_CERT_FILE`.

    Made once per process, at first use: reading the authorities takes some 45 ms, and httpx does it for each client
    that is given no context.
    """
    context = ssl.create_default_context()
    # Debian's Python leaves the minimum to the machine's OpenSSL configuration.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
