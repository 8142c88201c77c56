"""Personal data in the whole installation: each service's data inventory, its documentation, reports and erasure."""
