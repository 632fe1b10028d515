"""How many accepted rows of a file were removed when their period of retention ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing was removed so far."""
    count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("batch_file", sa.Column("removed", count, nullable=False, server_default="0"))
