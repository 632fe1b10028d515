"""Alembic runs this file to run the steps: on the connection it is handed, within the transaction open there."""

from alembic import context

from pipelines.storage.migrations.upgrading import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
