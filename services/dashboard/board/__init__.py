"""The public board: one figure as page, JSON, SVG and text, with small counts suppressed.

Not here: anything that only signed-in people may see.
"""
