"""Training: recipes, the loop, the head, export. Needs the extra ``train``."""
