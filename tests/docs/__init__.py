"""Tests of claims in documents that are not generated."""
