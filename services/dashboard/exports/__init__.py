"""Files of what the pages show: the figures, any list behind a figure, and the half-yearly report; CSV, XLSX and JSON.

Not here: what a figure or a list counts (`measures`, `lists`), and the pack of a meeting (`pack`).
"""
