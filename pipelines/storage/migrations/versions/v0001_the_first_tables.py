"""The first tables: ledger, decisions, outbox, batches, quarantine, accounts, advice.

Homes from before there were revisions have most of them already: what is there is left.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.String(32)
HASH = sa.String(64)
REFUSAL = "the ledger is append-only"


def upgrade() -> None:
    """Create what is not there yet."""
    _ledger()
    _decisions()
    _outbox()
    _batches()
    _people()


def _needed(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


def _table(name: str, *parts: Any) -> None:
    op.create_table(name, *parts, if_not_exists=True)


def _index(name: str, table: str, columns: list[str], **options: Any) -> None:
    op.create_index(name, table, columns, if_not_exists=True, **options)


def _ledger() -> None:
    _table(
        "ledger_entry",
        sa.Column("stream", sa.String(16), primary_key=True),
        sa.Column("position", LONG, primary_key=True, autoincrement=False),
        _needed("kind", sa.String(40)),
        _needed("subject", sa.String(80)),
        _needed("body", sa.Text()),
        _needed("previous_hash", HASH),
        _needed("entry_hash", HASH),
    )
    _index("ledger_entry_subject", "ledger_entry", ["subject", "stream", "position"])
    _table(
        "ledger_head",
        sa.Column("stream", sa.String(16), primary_key=True),
        _needed("position", LONG),
        _needed("entry_hash", HASH),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER IF NOT EXISTS ledger_entry_no_{verb.lower()} BEFORE {verb} ON ledger_entry "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE OR REPLACE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse()"
    )


def _decisions() -> None:
    _table(
        "run",
        sa.Column("business_date", sa.Date(), primary_key=True),
        sa.Column("known_at", MOMENT, primary_key=True),
        _needed("state", sa.String(20)),
        _needed("snapshot_digest", HASH),
        _needed("policy_digest", HASH),
        _needed("model_version", sa.String(80)),
        _needed("model_digest", HASH),
        _needed("feature_path", sa.String(400)),
        _needed("feature_digest", HASH),
        _needed("code_version", sa.String(80)),
        _needed("position", LONG),
    )
    _table(
        "decision",
        sa.Column("decision_id", HASH, primary_key=True),
        _needed("uscc", sa.String(18)),
        _needed("business_date", sa.Date()),
        _needed("known_at", MOMENT),
        _needed("position", LONG),
        sa.Column("grade", sa.String(3)),
        sa.Column("score", sa.Integer()),
        _needed("status", sa.String(20)),
        _needed("has_risen", sa.Boolean()),
        sa.Column("supersedes", HASH),
        sa.UniqueConstraint("uscc", "business_date", "known_at", name="decision_once_per_run"),
    )
    _index("decision_of_day", "decision", ["business_date", "known_at", "uscc"])
    risen: sa.ColumnClause[bool] = sa.column("has_risen")
    _index("decision_rises", "decision", ["business_date"], sqlite_where=risen, postgresql_where=risen)
    _table("decided_enterprise", sa.Column("uscc", sa.String(18), primary_key=True))
    _table(
        "alert",
        sa.Column("business_date", sa.Date(), primary_key=True),
        sa.Column("known_at", MOMENT, primary_key=True),
        sa.Column("alert_id", sa.String(80), primary_key=True),
        _needed("position", LONG),
        _needed("uscc", sa.String(18)),
        _needed("rule", sa.String(10)),
        _needed("severity", sa.String(10)),
        _needed("opened_on", sa.Date()),
        sa.Column("closed_on", sa.Date()),
        _needed("is_carried", sa.Boolean()),
    )
    _index("alert_of_enterprise", "alert", ["uscc", "business_date"])


def _outbox() -> None:
    _table(
        "outbox_message",
        sa.Column("position", LONG, primary_key=True, autoincrement=False),
        _needed("message_id", HASH, unique=True),
        _needed("uscc", sa.String(18)),
        _needed("sequence", LONG),
        _needed("kind", sa.String(80)),
        _needed("body", sa.Text()),
        _needed("state", sa.String(12)),
        _needed("attempts", sa.Integer()),
        sa.Column("next_attempt_at", MOMENT),
        sa.Column("last_error", sa.Text()),
    )
    _index("outbox_order", "outbox_message", ["uscc", "sequence"], unique=True)
    waits = sa.text("state != 'acknowledged'")
    _index("outbox_waiting", "outbox_message", ["uscc", "sequence"], sqlite_where=waits, postgresql_where=waits)


def _batches() -> None:
    _table(
        "batch",
        sa.Column("sequence", LONG, primary_key=True, autoincrement=False),
        _needed("identity", HASH, unique=True),
        _needed("content_digest", HASH),
        sa.Column("source", sa.String(120)),
        sa.Column("batch_id", sa.String(200)),
        sa.Column("produced_at", MOMENT),
        _needed("received_at", MOMENT),
        _needed("verdict", sa.String(8)),
        _needed("nothing_new", sa.Text()),
        sa.Column("released_at", MOMENT),
        sa.Column("withdrawn_at", MOMENT),
    )
    _table(
        "batch_file",
        sa.Column("sequence", LONG, sa.ForeignKey("batch.sequence"), primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True, autoincrement=False),
        _needed("table_name", sa.String(40)),
        _needed("name", sa.String(400)),
        _needed("sha256", HASH),
        *(_needed(name, LONG) for name in ("received", "accepted", "quarantined", "duplicates", "orphans")),
        _needed("verdict", sa.String(8)),
        _needed("is_refused", sa.Boolean()),
        sa.Column("lake_sha256", HASH),
        sa.Column("first_day", sa.Date()),
        sa.Column("last_day", sa.Date()),
        sa.Column("received_until", MOMENT),
        sa.Column("quarantine_sha256", HASH),
        _needed("findings", sa.Text()),
    )
    _table(
        "batch_event",
        sa.Column("position", LONG, primary_key=True, autoincrement=False),
        sa.Column("sequence", LONG, sa.ForeignKey("batch.sequence"), nullable=False),
        _needed("what", sa.String(10)),
        _needed("account", sa.String(120)),
        _needed("reason", sa.Text()),
        _needed("moment", MOMENT),
    )
    _table(
        "quarantine_resolution",
        sa.Column("sequence", LONG, primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True),
        sa.Column("row", LONG, primary_key=True),
        _needed("state", sa.String(12)),
        _needed("by_sequence", LONG),
        _needed("account", sa.String(120)),
        _needed("moment", MOMENT),
        sa.ForeignKeyConstraint(["sequence", "part"], ["batch_file.sequence", "batch_file.part"]),
    )


def _people() -> None:
    _table(
        "account",
        sa.Column("account_id", sa.String(60), primary_key=True),
        _needed("role", sa.String(20)),
        sa.Column("uscc", sa.String(18)),
        _needed("opened_at", MOMENT),
        sa.Column("closed_at", MOMENT),
    )
    _table(
        "api_key",
        sa.Column("key_id", sa.String(16), primary_key=True),
        sa.Column("account_id", sa.String(60), sa.ForeignKey("account.account_id"), nullable=False),
        _needed("secret_hash", HASH),
        _needed("issued_at", MOMENT),
        _needed("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
    )
    _table(
        "advice_request",
        sa.Column("uscc", sa.String(18), primary_key=True),
        sa.Column("asked_on", sa.Date(), primary_key=True),
        _needed("requests", sa.Integer()),
    )
