"""The policy in force, changes tried on history, and their approval by two accounts. No enterprise is named here."""

from __future__ import annotations

from datetime import date
from functools import partial
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Response
from pydantic import ConfigDict, Field

from expectations.vocabulary.moment import zoned
from reports.api.permissions import MAY
from reports.api.problems import Problem
from reports.pages.changes import PolicyPort
from reports.pages.enterprise import show
from reports.pages.forms import Sent
from reports.pages.guests import Guest
from reports.pages.rendering import to
from reports.pages.words import APPROVED, FOLDERS, GROUPS, INSPECTIONS, MOVERS, PROPOSED, TRIED, all_said, said

Id = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
_DONE = {"tried": TRIED, "proposed": PROPOSED, "approved": APPROVED}
Done = Annotated[str, Query(max_length=10)]


class TrialForm(Sent):
    """A change as its file would say it, and the recorded days it is tried on."""

    model_config = ConfigDict(str_strip_whitespace=False)  # how far a line stands in means something

    change: str = Field("", max_length=40_000)
    first: date
    last: date


class ProposalForm(Sent):
    """From which day a change that was tried shall hold, and why."""

    effective: date
    reason: str = Field("", max_length=500)


class ApprovalForm(Sent):
    """Why a change is approved."""

    reason: str = Field("", max_length=500)


def policy(port: PolicyPort, present: Any) -> APIRouter:
    """The pages under ``/policy``. ``present`` is the dependency that says who is there."""
    router = APIRouter(prefix="/policy")

    def page(guest: Guest, wrong: str = "", done: str = "", written: str = "") -> Response:
        guest.visit.record("policy", "in force")
        rules = port.in_force(guest.visit.at)
        return show(
            "policy.html",
            guest,
            "/policy",
            digest=port.digest(guest.visit.at),
            folders=[(name, list(told)) for name, told in groupby(rules, lambda one: one.name.partition("/")[0])],
            folder_words=all_said(FOLDERS, guest.language),
            changes=port.changes(),
            trials=port.trials(),
            today=zoned(guest.visit.at).date(),
            may_try=guest.role in MAY["policy.try"],
            may_approve=guest.role in MAY["policy.approve"],
            wrong=wrong,
            done=done,
            written=written,
        )

    @router.get("")
    def in_force(done: Done = "", guest: Guest = present) -> Response:
        guest.visit.admit("policy", "in force")
        return page(guest, done=_said(done, guest))

    @router.post("/trials")
    def try_out(form: Annotated[TrialForm, Form()], guest: Guest = present) -> Response:
        do = partial(port.try_out, form.change, form.first, form.last, guest.account)
        made, wrong = guest.attempt("policy.try", "trial", form.form_token, do)
        return page(guest, wrong, written=form.change) if made is None else to(f"/policy/trials/{made}?done=tried")

    _trials(router, port, present)

    @router.post("/changes/{change}")
    def approve(change: Id, form: Annotated[ApprovalForm, Form()], guest: Guest = present) -> Response:
        do = partial(port.approve, change, form.reason, guest.account, guest.visit.at)
        _, wrong = guest.attempt("policy.approve", change, form.form_token, do)
        return page(guest, wrong) if wrong else to("/policy?done=approved")

    return router


def _trials(router: APIRouter, port: PolicyPort, present: Any) -> None:
    def page(guest: Guest, trial: str, wrong: str = "", done: str = "") -> Response:
        found = port.trial(trial)
        if found is None:
            guest.visit.refuse("policy", trial, Problem("not_found"))
        guest.visit.record("policy", trial)
        return show(
            "trial.html",
            guest,
            f"/policy/trials/{trial}",
            trial=found,
            movers=all_said(MOVERS, guest.language),
            groups=all_said(GROUPS, guest.language),
            inspections=all_said(INSPECTIONS, guest.language),
            may_propose=guest.role in MAY["policy.propose"],
            wrong=wrong,
            done=done,
        )

    @router.get("/trials/{trial}")
    def shown(trial: Id, done: Done = "", guest: Guest = present) -> Response:
        guest.visit.admit("policy", trial)
        return page(guest, trial, done=_said(done, guest))

    @router.post("/trials/{trial}")
    def propose(trial: Id, form: Annotated[ProposalForm, Form()], guest: Guest = present) -> Response:
        do = partial(port.propose, trial, form.effective, form.reason, guest.account, guest.visit.at)
        made, wrong = guest.attempt("policy.propose", trial, form.form_token, do)
        return page(guest, trial, wrong) if made is None else to("/policy?done=proposed")


def _said(done: str, guest: Guest) -> str:
    return said(_DONE[done], guest.language) if done in _DONE else ""
