"""A model as a file that can be trusted: manifest with digests, registry, card."""
