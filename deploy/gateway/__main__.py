"""`python -m deploy.gateway`: write the gateway's `Caddyfile` from the one table of prefixes, `deploy/routes.py`."""

from __future__ import annotations

from pathlib import Path

from deploy.routes import PREFIXES

CADDYFILE = Path(__file__).with_name("Caddyfile")

_HEAD = """\
# Made by `python -m deploy.gateway` from deploy/routes.py. Change it there.
{$SITE_ADDRESS:localhost} {
	encode zstd gzip
	request_body {
		max_size 16MB
	}

	# For the services and their operators only.
	@private path /internal /internal/* /metrics /livez /readyz
	respond @private 404
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


def render() -> str:
    """Return the Caddyfile: for each service its prefixes; the dashboard answers whatever is left."""
    by_service: dict[str, list[str]] = {}
    for prefix, service in PREFIXES.items():
        if prefix != "/":
            by_service.setdefault(service, []).extend((prefix, f"{prefix}/*"))
    routes = [
        _ROUTE.format(name=service, paths=" ".join(paths), service=service) for service, paths in by_service.items()
    ]
    rest = _ROUTE.format(name="rest", paths="*", service=PREFIXES["/"])
    return _HEAD + "".join(routes) + rest + "}\n"


if __name__ == "__main__":
    CADDYFILE.write_text(render(), encoding="utf-8")
