"""Tests of the local run, provisioning, routing and set-up, with real processes that are really killed."""
