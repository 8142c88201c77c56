"""The gateway of a deployment: TLS and routing by prefix, nothing else. `Caddyfile` is made from the route table."""
