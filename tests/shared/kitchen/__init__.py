"""A service that exists only in tests: pages with every macro and every chart, and addresses that fail."""
