"""Corpora: what there is, how it is read, cleaned, split and put together."""
