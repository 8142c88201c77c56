"""The gateway of a deployment: TLS and routing by prefix. `Caddyfile` is generated from shared/product/routes.py."""
