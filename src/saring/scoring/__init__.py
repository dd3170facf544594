"""Tables of texts in, the same tables with verdicts out."""
