"""The dashboard: projections, figures, rebuild, API, streams, board, pages."""
