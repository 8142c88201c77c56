"""What is tried on the eight processes of docker-compose.yml: one deployment for all files here.

Each test works in a taskforce of its own, and mends what it breaks. A file that needs other variables of compose, or
leaves the deployment broken, belongs elsewhere, with a deployment of its own.
"""
