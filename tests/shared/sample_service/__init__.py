"""A service that exists only in tests: pages with every macro and chart, and routes that fail."""
