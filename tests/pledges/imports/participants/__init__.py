"""Importing participants."""
