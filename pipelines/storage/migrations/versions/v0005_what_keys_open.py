"""What a key opens, where it is less than its account's role may."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Keys so far open all that their role may."""
    op.add_column("api_key", sa.Column("scopes", sa.Text))
