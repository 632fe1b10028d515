"""Tables that answer questions quickly. Made from the ledger and able to be made again from it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, UniqueConstraint

from pipelines.storage.columns import LongInteger, Moment
from pipelines.storage.database import metadata

run_table = Table(
    "run",
    metadata,
    Column("business_date", Date, primary_key=True),
    Column("known_at", Moment, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("snapshot_digest", String(64), nullable=False),
    Column("policy_digest", String(64), nullable=False),
    Column("model_version", String(80), nullable=False),
    Column("model_digest", String(64), nullable=False),
    Column("feature_path", String(400), nullable=False),
    Column("feature_digest", String(64), nullable=False),
    Column("code_version", String(80), nullable=False),
    Column("position", LongInteger, nullable=False),
)
"""One row per committed run. ``position``: where it stands in the ledger's stream ``decisions``."""

decision_table = Table(
    "decision",
    metadata,
    Column("decision_id", String(64), primary_key=True),
    Column("uscc", String(18), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("position", LongInteger, nullable=False),
    Column("grade", String(3)),
    Column("score", Integer),
    Column("status", String(20), nullable=False),
    Column("has_risen", Boolean, nullable=False),
    Column("supersedes", String(64)),
    UniqueConstraint("uscc", "business_date", "known_at", name="decision_once_per_run"),
    Index("decision_of_day", "business_date", "known_at", "uscc"),
)
"""``has_risen``: the grade stands above the one published before it; hysteresis asks for it by month."""

Index(
    "decision_rises",
    decision_table.c.business_date,
    sqlite_where=decision_table.c.has_risen,
    postgresql_where=decision_table.c.has_risen,
)

enterprise_table = Table("decided_enterprise", metadata, Column("uscc", String(18), primary_key=True))
"""Everyone ever decided about: lets a question per enterprise cost one seek each instead of a scan of all history."""

alert_table = Table(
    "alert",
    metadata,
    Column("business_date", Date, primary_key=True),
    Column("known_at", Moment, primary_key=True),
    Column("alert_id", String(80), primary_key=True),
    Column("position", LongInteger, nullable=False),
    Column("uscc", String(18), nullable=False),
    Column("rule", String(10), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("is_carried", Boolean, nullable=False),
    Index("alert_of_enterprise", "uscc", "business_date"),
)
"""Every episode as every run saw it. ``is_carried``: the next day must know of it."""

PROJECTIONS = (run_table, decision_table, enterprise_table, alert_table)
