"""JSON routes of the calendar, one module per resource. They translate between HTTP and use cases, no more."""
