"""Run by alembic: apply the migrations on the connection, and in the transaction, of the store."""

from alembic import context

from saring_serve.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
