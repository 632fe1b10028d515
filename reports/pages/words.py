"""Words of the pages that are not in a template: names of codes, each a message of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from expectations.vocabulary.dimension import Dimension
from expectations.vocabulary.grade import Grade, Status
from expectations.vocabulary.language import Language
from expectations.vocabulary.role import Role
from reports.messages.kinds import MessageKind
from reports.pages.rendering import translations


def _message(text: str) -> str:
    """Mark a text for the catalogue."""
    return text


MEANINGS: Mapping[Grade, str] = {
    Grade.AAA: _message("Excellent credit: fewest checks, every convenience"),
    Grade.AA: _message("Good credit: fewer checks"),
    Grade.A: _message("Sound credit: ordinary checks"),
    Grade.B: _message("Fair credit: closer attention"),
    Grade.C: _message("Weak credit: more checks"),
    Grade.D: _message("Seriously discredited by an official fact: strict checks"),
}
NO_GRADE = _message("No grade at present")
STATUSES: Mapping[Status, str] = {
    Status.NORMAL: _message("normal"),
    Status.PROVISIONAL: _message("provisional"),
    Status.INSUFFICIENT_DATA: _message("insufficient data"),
    Status.STALE: _message("data late"),
    Status.INACTIVE: _message("inactive"),
}
DIMENSIONS: Mapping[Dimension, str] = {
    Dimension.COMPLIANCE: _message("Compliance"),
    Dimension.TRADE_AUTHENTICITY: _message("Authenticity of trade"),
    Dimension.FULFILMENT: _message("Fulfilment"),
    Dimension.TAX: _message("Tax"),
    Dimension.SETTLEMENT: _message("Settlement"),
    Dimension.RETURNS_QUALITY: _message("Returns and quality"),
    Dimension.STABILITY: _message("Stability"),
}
ROLES: Mapping[Role, str] = {
    Role.REGULATOR: _message("a department"),
    Role.OFFICER: _message("an officer"),
    Role.AUDITOR: _message("an auditor"),
    Role.DATA_SCIENTIST: _message("a data scientist"),
    Role.OPERATOR: _message("the operator"),
    Role.ENTERPRISE: _message("the enterprise"),
    Role.BANK: _message("a bank"),
    Role.SYSTEM: _message("a system"),
}
LOOKED_AT: Mapping[str, str] = {
    "grade": _message("grade"),
    "history": _message("history"),
    "reasons": _message("reasons"),
    "objections": _message("objections"),
    "objection.attachment": _message("a file of an objection"),
    "chain": _message("orders and declarations"),
    "parties": _message("related parties"),
    "enterprise.alerts": _message("alerts"),
    "enterprise.actions": _message("suggested measures"),
    "trade_finance": _message("trade-finance summary"),
}
OBJECTION_STATES: Mapping[str, str] = {
    "filed": _message("received"),
    "forwarded": _message("with the department"),
    "upheld": _message("upheld"),
    "rejected": _message("rejected"),
}
DOCUMENT_KINDS: Mapping[str, str] = {"order": _message("Order"), "declaration": _message("Declaration")}
DIRECTIONS: Mapping[str, str] = {"import": _message("import"), "export": _message("export")}
STAGES: Mapping[str, str] = {
    "ordered": _message("Ordered"),
    "paid": _message("Paid"),
    "declared": _message("Declared"),
    "released": _message("Released"),
    "departed": _message("Left the country"),
    "warehouse": _message("Warehouse"),
    "sent": _message("Sent"),
    "delivered": _message("Delivered"),
    "refunded": _message("Tax refund"),
    "settled": _message("Settled"),
    "returned": _message("Returned"),
}
TRACE_NODES: Mapping[str, str] = {
    "produced": _message("Produced"),
    "stored": _message("Stored"),
    "shipped": _message("Shipped"),
    "cleared": _message("Cleared by customs"),
    "sold": _message("Sold"),
}
TRACE_FAULTS: Mapping[str, str] = {
    "no_previous": _message("the record before it is not there"),
    "other_hash": _message("it names another record as the one before it"),
    "before_previous": _message("it is earlier than the record before it"),
}
QUALITY_BARS: Mapping[str, str] = {
    "samples": _message("Samples"),
    "failures": _message("Failed"),
    "returns": _message("Returned for quality"),
}
TIES: Mapping[str, str] = {
    "legal_rep": _message("the same legal representative"),
    "phone": _message("the same telephone"),
    "address": _message("the same address"),
    "account": _message("the same bank account"),
}
WHYS: Mapping[str, str] = {
    "law": _message("the law demands it"),
    "value": _message("most expected"),
    "random": _message("by lot: it says nothing against it"),
}
STANDINGS: Mapping[str, str] = {
    "open": _message("nothing on record stands against it"),
    "barred": _message("something stands against it"),
    "ended": _message("ended"),
    "not_yet": _message("not yet begun"),
}
STAGE_STATES: Mapping[str, str] = {
    "present": _message("there"),
    "missing": _message("missing"),
    "unknown": _message("not yet known"),
    "not_due": _message("not due"),
    "refused": _message("refused"),
}
ROW_ACCEPTED = _message("The row is accepted. It is known from now on, as a version of its own.")
ROW_BROKEN = _message("The row was sent in and is still broken. It waits here under a number of its own.")
SENT_AGAIN: Mapping[str, str] = {
    "accepted": _message("accepted"),
    "resubmitted": _message("broken again, waits under a later number"),
}
VERDICTS: Mapping[str, str] = {
    "pass": _message("passed"),
    "warn": _message("passed with a remark"),
    "withhold": _message("withheld from use"),
}
TRIED = _message("The change was tried. Nothing is in force by it; it can be proposed from here.")
PROPOSED = _message("Proposed. Another account has to approve it.")
APPROVED = _message("Approved by a second account.")
REFUSED_BY_GATES = _message("A gate does not hold, so nothing was done.")
MOVERS: Mapping[str, str] = {
    "size": _message("Size"),
    "trade": _message("Direction of trade"),
    "mode": _message("Supervision mode"),
    "age": _message("Age"),
}
GROUPS: Mapping[str, str] = {
    "smallest third": _message("smallest third"),
    "middle third": _message("middle third"),
    "largest third": _message("largest third"),
    "no trade": _message("no trade"),
    "none": _message("none"),
    "import": _message("import"),
    "export": _message("export"),
    "both": _message("both"),
    "under 1 year": _message("under 1 year"),
    "1 to 3 years": _message("1 to 3 years"),
    "over 3 years": _message("over 3 years"),
    "unknown": _message("unknown"),
}
INSPECTIONS: Mapping[str, str] = {
    "at_base_rate": _message("inspected at the base rate (in enterprises)"),
    "at_own_share": _message("inspected at a share of their own"),
}
FOLDERS: Mapping[str, str] = {
    "actions": _message("suggested measures"),
    "advice": _message("advice"),
    "alerts": _message("alerts"),
    "caps": _message("caps"),
    "certificate": _message("certificates"),
    "facts": _message("official facts"),
    "floors": _message("floors"),
    "hysteresis": _message("one grade up at a time"),
    "levers": _message("what raises a grade"),
    "monitoring": _message("watching the model"),
    "notices": _message("notices"),
    "objections": _message("objections"),
    "overrides": _message("overrides"),
    "points": _message("points"),
    "promotion": _message("promotion of models"),
    "ratings": _message("ratings of departments"),
    "reasons": _message("reasons"),
    "retention": _message("retention"),
    "scale": _message("scale of grades"),
    "scorecard": _message("expert scorecard"),
    "sharing": _message("sharing"),
    "statistics": _message("statistics"),
    "statuses": _message("statuses"),
    "support": _message("support"),
    "support_bars": _message("bars to support"),
    "typologies": _message("patterns"),
}
"""Folders of policy, in words."""
MODEL_ACTS: Mapping[str, str] = {
    "promotion_proposed": _message("proposed"),
    "promotion": _message("promoted"),
    "rollback": _message("taken back"),
    "installation": _message("installed first"),
}
DAYS = _message("%(days)s d")
RECORDED = _message("It is on record. Where an objection was upheld, every day that rested on it is decided again now.")
FINDING_RECORDED = _message("The finding is on record; the next run takes it into account.")
MESSAGE_KINDS: Mapping[str, str] = {
    MessageKind.GRADE: _message("Grade and suggested measures"),
    MessageKind.ALERT_OPENED: _message("Alert opened"),
    MessageKind.ALERT_CLOSED: _message("Alert closed"),
    MessageKind.NOTICE_GIVEN: _message("Notice of a downgrade"),
    MessageKind.OVERRIDE_ENDED: _message("Override ended"),
    MessageKind.GRADE_CORRECTED: _message("Grade corrected"),
}
DEAD_LETTER_STEPS: Mapping[str, str] = {
    "resend": _message("Send it again, first of its enterprise"),
    "give_up": _message("Give it up: it is never sent, and the receiver sees a gap"),
}
LETTER_RECORDED = _message("It is on record. What is sent again goes out with the next delivery.")
PLACES: Mapping[str, str] = {
    "/me": _message("Our grade"),
    "/me/raise": _message("What raises it"),
    "/me/support": _message("Support"),
    "/me/objections": _message("Objections"),
    "/me/visits": _message("Who looked"),
    "/me/certificate": _message("Certificate"),
    "/me/sharing": _message("Who is told"),
    "/console": _message("Risk list"),
    "/console/plan": _message("Plan"),
    "/console/queues": _message("Work queues"),
    "/console/migration": _message("Grades moved"),
    "/console/quality": _message("Quality"),
    "/console/traces": _message("Traceability"),
    "/feeds": _message("Feeds"),
    "/accounts": _message("Accounts"),
    "/dead-letters": _message("Undelivered"),
    "/policy": _message("Policy"),
    "/models": _message("Models"),
    "/statistics": _message("Statistics"),
    "/purpose": _message("Why you look"),
}
PROBLEMS: Mapping[str, tuple[int, str, str]] = {
    "forbidden": (403, _message("This page is not yours"), _message("Sign in with an account whose duty it is.")),
    "form": (403, _message("The form was not taken"), _message("Open the page again and send it from there.")),
    "too_large": (
        413,
        _message("That is more than is taken here"),
        _message("Send at most three files of at most 4 MB each. What you wrote is still there when you go back."),
    ),
    "hidden": (
        422,
        _message("Something in the form cannot be seen"),
        _message("Go back and type the text anew instead of pasting it: control characters are not taken."),
    ),
    "not_found": (404, _message("There is nothing here"), _message("Check the address.")),
    "internal": (
        500,
        _message("Something went wrong here"),
        _message("Try again later. If it stays, tell the zone's operator what you did, and when."),
    ),
    "unavailable": (503, _message("This cannot be shown now"), _message("Try again in a few minutes.")),
}


def said(text: str, language: Language) -> str:
    """A message in a language."""
    return translations(language).gettext(text)


def all_said(words: Mapping[Any, str], language: Language) -> dict[str, str]:
    """Words by code, in a language."""
    return {str(code): said(text, language) for code, text in words.items()}


def places_of(role: Role, language: Language) -> list[tuple[str, str]]:
    """The pages of a role, address and name, in order."""
    if role is Role.ENTERPRISE:
        prefixes: tuple[str, ...] = ("/me",)
    elif role.is_authority:
        prefixes = ("/console", "/policy", "/models", "/feeds", "/statistics", "/purpose")
    elif role is Role.OPERATOR:
        prefixes = ("/feeds", "/dead-letters", "/accounts", "/policy", "/models", "/statistics")
    else:
        prefixes = ("/policy", "/models") if role is Role.DATA_SCIENTIST else ()
    return [(address, said(name, language)) for address, name in PLACES.items() if address.startswith(prefixes)]
