"""Passwords of accounts, and the sessions that they open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.String(32)


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "account_password",
        sa.Column("account_id", sa.String(60), sa.ForeignKey("account.account_id"), primary_key=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT),
    )
    op.create_table(
        "session",
        sa.Column("session_id", sa.String(16), primary_key=True),
        sa.Column("account_id", sa.String(60), sa.ForeignKey("account.account_id"), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
