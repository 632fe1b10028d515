"""One table of who may do what, over the API and on the pages. A role that is not named may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from expectations.vocabulary.role import Role

_AUTHORITIES = frozenset({Role.REGULATOR, Role.OFFICER, Role.AUDITOR})
_JUDGES = frozenset({Role.REGULATOR, Role.OFFICER})
_HOUSE = frozenset({Role.DATA_SCIENTIST, Role.OPERATOR})
_ITSELF = frozenset({Role.ENTERPRISE})

MAY: Final[Mapping[str, frozenset[Role]]] = {
    # About one enterprise: an enterprise may only where it is the one.
    "grade": _AUTHORITIES | _ITSELF,
    "history": _AUTHORITIES | _ITSELF,
    "reasons": _AUTHORITIES | _ITSELF,
    "objections": _AUTHORITIES | _ITSELF,
    "objection.file": _JUDGES | _ITSELF,
    "objection.attachment": _JUDGES,
    "looks": frozenset({Role.AUDITOR}) | _ITSELF,
    "advice": _ITSELF,
    "support": _ITSELF,
    "certificates": _ITSELF,
    "certificate.issue": _ITSELF,
    "enterprise.alerts": _AUTHORITIES,
    "enterprise.actions": _AUTHORITIES,
    "chain": _AUTHORITIES,
    "parties": _AUTHORITIES,
    "consents": frozenset({Role.AUDITOR}) | _ITSELF,
    "consent.give": _ITSELF,
    "consent.withdraw": _ITSELF,
    # About one enterprise, to a bank: only by a consent that holds.
    "trade_finance": frozenset({Role.BANK}),
    # About those in the scope of a subscription, to whom it was opened for.
    "subscription": _JUDGES | frozenset({Role.SYSTEM}),
    # About a day.
    "grades": _AUTHORITIES,
    "alerts": _AUTHORITIES,
    "actions": _AUTHORITIES,
    "risklist": _AUTHORITIES,
    "plan": _AUTHORITIES,
    # About an alert, an objection, an override.
    "feedback.give": _JUDGES,
    "queues": _AUTHORITIES,
    "objection.step": _JUDGES,
    "override.approve": _JUDGES,
    # About one document before clearance.
    "screening": _JUDGES | frozenset({Role.SYSTEM}),
    # About goods.
    "trace": _AUTHORITIES,
    "quality": _AUTHORITIES,
    # About rows that sources sent: a row may name an enterprise.
    "quarantine": _AUTHORITIES | frozenset({Role.OPERATOR}),
    "quarantine.correct": _JUDGES | frozenset({Role.OPERATOR}),
    # About messages that were not taken: each names an enterprise.
    "dead_letters": frozenset({Role.OPERATOR}),
    # About the house itself: no enterprise is named in it.
    "models": _AUTHORITIES | _HOUSE,
    "policy": _AUTHORITIES | _HOUSE,
    "policy.try": _JUDGES,
    "policy.propose": _JUDGES,
    "policy.approve": _JUDGES,
    "model.propose": _HOUSE,
    "model.approve": _JUDGES,
    "metrics": frozenset({Role.OPERATOR, Role.SYSTEM}),
    "batches": frozenset({Role.OPERATOR, Role.AUDITOR}),
    "accounts": frozenset({Role.OPERATOR}),
    "feeds": _AUTHORITIES | frozenset({Role.OPERATOR}),
    "statistics": _AUTHORITIES | frozenset({Role.OPERATOR}),
}
"""Roles by what is done. A bank needs an enterprise's consent, which has its own address; machines, operators and data
scientists do their work without looking at an enterprise."""

NAMES_NOBODY: Final = frozenset({
    "models", "policy", "policy.try", "policy.propose", "policy.approve", "model.propose", "model.approve",
    "batches", "feeds", "statistics",
})  # fmt: skip
"""What an authority may read or do without saying why it looks: acts have a reason of their own."""
