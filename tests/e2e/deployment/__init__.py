"""Tests on the eight processes of docker-compose.yml. All files share one deployment.

Each test uses its own taskforce and repairs what it breaks. A file that needs other compose variables or leaves the
deployment broken has its own deployment elsewhere.
"""
