"""`python -m deploy.gateway`: write the gateway's `Caddyfile` from `shared/product/routes.py`."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

from shared.product.routes import PREFIXES

CADDYFILE = Path(__file__).with_name("Caddyfile")
_PAGE = Path(__file__).with_name("away.html")

_HEAD = """\
# Made by `python -m deploy.gateway` from shared/product/routes.py. Change it there.
{
	# What is asked for without TLS is answered below, and not all of it by the way to where it is.
	auto_https disable_redirects
}

http:// {
	# A program that is set up wrong is to find out at its first call: sent on, it would work, and tell whoever listens
	# its key each time.
	@programs path /api /api/*
	handle @programs {
		header Content-Type application/problem+json
		respond `__PLAIN__` 403
	}
	handle {
		redir https://{host}{uri} 308
	}
}

{$SITE_ADDRESS:localhost} {
	encode zstd gzip
	request_body {
		max_size 16MB
	}

	# For the services and their operators only. A `handle` as well: Caddy puts a bare `respond` behind all of them.
	@private path /internal /internal/* /metrics /livez /readyz
	handle @private {
		respond 404
	}
"""

_ROUTE = """
	@{name} path {paths}
	handle @{name} {{
		reverse_proxy {service}-app:8000 {{
			# Server-sent events pass at once.
			flush_interval -1
			# A service that is started anew is waited for, with what somebody has sent.
			lb_try_duration 5s
		}}
	}}
"""

_AWAY = """
	# Said where a service cannot be reached: nobody else is there to say it.
	handle_errors {
		header -Server
		header Cache-Control no-store
		@away expression `{http.error.status_code} in [502, 503, 504]`
		handle @away {
			header Retry-After 5
			@programs path /api /api/*
			handle @programs {
				header Content-Type application/problem+json
				respond `__PROBLEM__` 503
			}
			handle {
				header Content-Type "text/html; charset=utf-8"
				header Content-Security-Policy "__POLICY__" # pragma: allowlist secret
				header X-Content-Type-Options nosniff
				respond `__PAGE__` 503
			}
		}
		handle {
			respond "{http.error.status_code} {http.error.status_text}"
		}
	}
"""

_UNAVAILABLE = {
    "type": "/problems/unavailable",
    "title": "This is not available right now",
    "status": 503,
    "detail": "Try again in a moment.",
}

_PLAIN = {
    "type": "/problems/https-only",
    "title": "Programs ask by https only",
    "status": 403,
    "detail": "Nothing was done. Set it up with https:// and take a new key: the one it sent could be read on its way.",
}


def render() -> str:
    """Return the Caddyfile: for each service its prefixes; the dashboard answers whatever is left.

    What is shown while a service is away is `away.html`, which has to do without any of them.
    """
    by_service: dict[str, list[str]] = {}
    for prefix, service in PREFIXES.items():
        if prefix != "/":
            by_service.setdefault(service, []).extend((prefix, f"{prefix}/*"))
    routes = [
        _ROUTE.format(name=service, paths=" ".join(paths), service=service) for service, paths in by_service.items()
    ]
    rest = _ROUTE.format(name="rest", paths="*", service=PREFIXES["/"])
    return _HEAD.replace("__PLAIN__", json.dumps(_PLAIN)) + "".join(routes) + rest + _away() + "}\n"


def _away() -> str:
    page = _PAGE.read_text(encoding="utf-8").strip()
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
    said = {"__PROBLEM__": json.dumps(_UNAVAILABLE), "__POLICY__": policy, "__PAGE__": page}
    return re.sub("__[A-Z]+__", lambda found: said[found[0]], _AWAY)


if __name__ == "__main__":
    CADDYFILE.write_text(render(), encoding="utf-8")
