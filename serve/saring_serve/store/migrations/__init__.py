"""The steps by which the database came to its present form; alembic runs them when the store opens."""
