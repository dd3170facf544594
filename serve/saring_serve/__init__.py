"""Saring as a service: HTTP in, verdicts out. It imports ``saring``; ``saring`` knows nothing of it."""
