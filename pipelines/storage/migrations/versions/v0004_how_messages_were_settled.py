"""When a message was settled, and what the receiver calls what it took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Of what was settled before, neither is known."""
    op.add_column("outbox_message", sa.Column("settled_at", sa.String(32)))
    op.add_column("outbox_message", sa.Column("receipt", sa.Text()))
