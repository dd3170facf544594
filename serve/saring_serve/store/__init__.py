"""Where corrections are kept: SQLite by default, PostgreSQL by URL.

Its modules import SQLAlchemy and alembic, which is slow: import them inside functions, off the event loop.
"""
