"""Who else is told: a bank by the enterprise's consent, an office by its subscription."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from models.people.sharing import Share
from reports.api.access import Visit
from reports.api.answers import answer, created
from reports.api.pages import PAGE, After, Limit
from reports.api.ports import SharingPort
from reports.api.problems import ASKED, Problem, documented
from reports.api.routes.enterprises import Uscc
from reports.api.schemas.sharing import (
    Changes,
    Consent,
    NewConsent,
    Receiver,
    SharedGrade,
    SharedGrades,
    Sharing,
    Subscription,
    Subscriptions,
    TradeFinance,
    Withdrawal,
)

_REFUSALS = {**ASKED, **documented("conflict")}
_Id = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="As the list names it.")]
Since = Annotated[int, Query(ge=0, le=2**62, description="``place`` of the answer before.")]


def sharing(port: SharingPort, visits: Visit) -> APIRouter:
    """The router."""
    router = APIRouter(prefix="/v1", tags=["sharing"], responses=_REFUSALS)
    _consenting(router, port, visits)
    _told_to_banks(router, port, visits)
    _told_to_offices(router, port, visits)
    return router


def _consenting(router: APIRouter, port: SharingPort, visits: Visit) -> None:
    @router.get("/enterprises/{uscc}/consents", response_model=Sharing, summary="Who is told 授权与共享")
    def consents(request: Request, uscc: Uscc, visit: Visit = visits) -> Response:
        """The enterprise's consents, and the subscriptions by which offices are told its grade now."""
        visit.admit("consents", uscc)
        shown = Sharing(
            uscc=uscc,
            consents=[Consent.model_validate(one) for one in port.consents(uscc)],
            subscriptions=[Receiver.model_validate(one) for one in port.receivers(uscc, visit.at)],
        )
        visit.record("consents", uscc)
        return answer(request, shown)

    @router.post(
        "/enterprises/{uscc}/consents",
        response_model=Consent,
        status_code=201,
        summary="Consent to a bank 授权银行",
    )
    def consent(uscc: Uscc, given: NewConsent, visit: Visit = visits) -> Response:
        """Let a bank see the trade-finance summary, for a purpose and until a day. It can be withdrawn at any time."""
        visit.admit("consent.give", uscc)
        share = Share(given.receiver, given.purpose, given.last_day)
        account = visit.caller.account_id
        made = visit.act(
            "consent.give",
            uscc,
            lambda: port.give_consent(uscc, share, account, visit.at),
        )
        return created(Consent.model_validate(made), f"/v1/enterprises/{uscc}/consents")

    @router.post(
        "/enterprises/{uscc}/consents/{consent_id}/withdrawal",
        response_model=Consent,
        status_code=201,
        summary="Withdraw a consent 撤回授权",
    )
    def withdraw(uscc: Uscc, consent_id: _Id, given: Withdrawal, visit: Visit = visits) -> Response:
        """End a consent: from now on the bank sees nothing."""
        visit.admit("consent.withdraw", uscc)
        account = visit.caller.account_id
        made = visit.act(
            "consent.withdraw",
            uscc,
            lambda: port.withdraw_consent(uscc, consent_id, account, visit.at, given.reason),
        )
        return created(Consent.model_validate(made), f"/v1/enterprises/{uscc}/consents")


def _told_to_banks(router: APIRouter, port: SharingPort, visits: Visit) -> None:
    @router.get(
        "/enterprises/{uscc}/trade-finance", response_model=TradeFinance, summary="Trade-finance summary 贸易融资摘要"
    )
    def summary(request: Request, uscc: Uscc, visit: Visit = visits) -> Response:
        """Verified totals of a year, for a bank that the enterprise consented to. The enterprise sees the look.

        Without a consent the answer is the same whether the enterprise exists or not.
        """
        visit.admit("trade_finance", uscc)
        consent = port.consent_to(uscc, visit.caller.account_id, visit.at)
        if consent is None:
            visit.refuse("trade_finance", uscc, Problem("forbidden", "No consent of this enterprise holds for you."))
        by_consent = replace(visit, purpose=consent.purpose)
        found = port.summary(uscc)
        if found is None:
            by_consent.refuse("trade_finance", uscc, Problem("not_found"))
        shown = TradeFinance.model_validate({**found, "consent": consent.id, "purpose": consent.purpose})
        by_consent.record("trade_finance", uscc)
        return answer(request, shown)


def _told_to_offices(router: APIRouter, port: SharingPort, visits: Visit) -> None:
    def held(visit: Visit, subscription_id: str) -> tuple[Any, Visit]:
        """The caller's own subscription, and the visit by its purpose."""
        visit.admit("subscription", subscription_id)
        own = [one for one in port.subscriptions() if one.subscriber == visit.caller.account_id]
        found = next((one for one in own if one.id == subscription_id), None)
        if found is None:
            visit.refuse("subscription", subscription_id, Problem("not_found"))
        if not found.holds_at(visit.at):
            over = Problem("forbidden", f"The subscription ended, or its last day was {found.last_day}.")
            visit.refuse("subscription", subscription_id, over)
        return found, replace(visit, purpose=found.purpose)

    @router.get("/subscriptions", response_model=Subscriptions, summary="Own subscriptions 订阅")
    def subscriptions(request: Request, visit: Visit = visits) -> Response:
        """What the caller is subscribed to, those that have ended too."""
        visit.admit("subscription", "own")
        own = [one for one in port.subscriptions() if one.subscriber == visit.caller.account_id]
        visit.record("subscription", "own")
        return answer(request, Subscriptions(subscriptions=[Subscription.model_validate(one) for one in own]))

    @router.get("/subscriptions/{subscription_id}/grades", response_model=SharedGrades, summary="Grades in bulk 等级")
    def grades(
        request: Request, subscription_id: _Id, after: After = "", limit: Limit = PAGE, visit: Visit = visits
    ) -> Response:
        """The decisions that hold within the scope, by USCC, in pages."""
        found, by_purpose = held(visit, subscription_id)
        place, told = port.standing(found, after, limit + 1)
        shown = [SharedGrade.model_validate(one) for one in told[:limit]]
        following = shown[-1].uscc if len(told) > limit else None
        by_purpose.record("subscription", subscription_id)
        return answer(request, SharedGrades(subscription=found.id, place=place, grades=shown, next=following))

    @router.get("/subscriptions/{subscription_id}/changes", response_model=Changes, summary="What changed 等级变更")
    def changes(request: Request, subscription_id: _Id, since: Since, visit: Visit = visits) -> Response:
        """What is told otherwise since a place, with the facts to delete. The same question gives the same answer."""
        found, by_purpose = held(visit, subscription_id)
        place, more, told = port.changes(found, since)
        by_purpose.record("subscription", subscription_id)
        changed = [SharedGrade.model_validate(one) for one in told]
        return answer(request, Changes(subscription=found.id, place=place, more=more, changes=changed))
