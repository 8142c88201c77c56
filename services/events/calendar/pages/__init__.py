"""HTML pages of the calendar: the list and the page of an event, its door, and the passes for its guests."""
