"""What officers do to grades, each step one act in the ledger by an account that may do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection

from expectations.errors import NotFoundError, UsageError
from expectations.intake.attachments import Paper
from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import zoned
from expectations.vocabulary.role import Role
from models.grade.cases import change_faults
from models.people import objections, overrides
from models.people import publications as publishing
from models.people.acts import EVERYBODY, Act
from models.people.objections import Complaint, Objection, Outcome, objections_of
from models.people.overrides import OverrideCase, Wish, override_cases
from models.people.publications import Publication
from models.policy.book import PolicyBook
from models.policy.change import Change
from models.policy.documents import PolicyError
from models.policy.inforce import Policy
from pipelines.storage import decisions
from pipelines.storage.accounts import Account, find_account
from pipelines.storage.acts import acts_known, record_acts
from pipelines.storage.database import Database

Item = TypeVar("Item")
Step = Callable[[Item], Act]

MAY_JUDGE = (Role.OFFICER, Role.REGULATOR)
"""Whose accounts may change what happens to an enterprise."""

MAY_PLAN = (*MAY_JUDGE, Role.OPERATOR)
"""Whose accounts may put the seed and the plan of a day's inspections on record."""

MAY_ANSWER_FOR_ROWS = (*MAY_JUDGE, Role.OPERATOR)
"""Whose accounts may release, withdraw or correct what sources sent."""


@dataclass(frozen=True)
class Desk:
    """Where acts are done: the ledger, the policy, and the moment, which the caller read from the clock."""

    database: Database
    policies: PolicyBook
    at: datetime

    @property
    def today(self) -> date:
        """The zone's date."""
        return zoned(self.at).date()

    @property
    def policy(self) -> Policy:
        """What is in force today."""
        return self.policies.in_force(self.today)

    def request_override(self, wish: Wish, account: str) -> OverrideCase:
        """Ask for an override. It holds at once, unless it is so far from the computed grade that another approves."""
        with self.database.transaction() as connection:
            actor(connection, account, MAY_JUDGE)
            computed = _computed_grade(connection, wish.uscc)
            act = overrides.request(wish, computed, account, self.at, self.policy.overrides)
            record_acts(connection, [act])
        return override_cases([act])[act.about]

    def approve_override(self, override_id: str, account: str, reason: str) -> OverrideCase:
        """Approve an override that another account asked for."""
        return self._override(override_id, account, lambda case: overrides.approve(case, account, self.at, reason))

    def withdraw_override(self, override_id: str, account: str, reason: str) -> OverrideCase:
        """End an override today."""
        return self._override(
            override_id, account, lambda case: overrides.withdraw(case, account, self.at, self.today, reason)
        )

    def file_objection(self, complaint: Complaint, account: str, papers: Sequence[Paper] = ()) -> Objection:
        """File an objection, as the enterprise itself or as an officer for it. What it names is disputed at once.

        ``papers`` are attached to it, and kept by the caller before they are told here.
        """
        with self.database.transaction() as connection:
            _must_speak_for(connection, account, complaint.uscc)
            _must_be_known(connection, complaint)
            act = objections.file(complaint, account, self.at, self.policy.objections)
            filed = objections_of([act])[act.about]
            acts = [act, *objections.attach(filed, papers, account, self.at)]
            record_acts(connection, acts)
        return objections_of(acts)[act.about]

    def attach(self, uscc: str, objection_id: str, papers: Sequence[Paper], account: str) -> Objection:
        """Attach papers to an objection of an enterprise that waits for its answer."""
        with self.database.transaction() as connection:
            _must_speak_for(connection, account, uscc)
            acts = acts_known(connection, uscc=uscc)
            found = _one(objections_of(acts), objection_id, "objection")
            attached = objections.attach(found, papers, account, self.at)
            record_acts(connection, attached)
        return objections_of([*acts, *attached])[objection_id]

    def forward_objection(self, objection_id: str, account: str, to: str) -> Objection:
        """Hand an objection to the department its record came from."""
        return self._objection(objection_id, account, lambda one: objections.forward(one, account, self.at, to))

    def extend_objection(self, objection_id: str, account: str, until: date, reason: str) -> Objection:
        """Give an answer more time, up to the longest that policy allows."""
        return self._objection(
            objection_id, account, lambda one: objections.extend(one, account, self.at, until, reason)
        )

    def answer_objection(self, objection_id: str, account: str, outcome: Outcome, reason: str) -> Objection:
        """Answer an objection. What it named is disputed no longer; upheld, it is set aside from judging."""
        return self._objection(
            objection_id, account, lambda one: objections.answer(one, outcome, account, self.at, reason)
        )

    def propose_policy(self, change: Change, effective: date, account: str, reason: str) -> Publication:
        """Propose a change of policy. It must leave the policy without a fault, and its own cases must hold."""
        with self.database.transaction() as connection:
            actor(connection, account, MAY_JUDGE)
            if effective <= self.today:
                raise UsageError(
                    f"{effective} is not after {self.today}.",
                    "Policy never changes the past.",
                    zh=f"{effective} 不晚于今天（{self.today}）。政策变更不溯及既往，请另选日期。",
                )
            faults = change_faults(self.policies, change, effective)
            if faults:
                raise PolicyError(
                    f"The change is not without fault: {'; '.join(faults[:3])}",
                    "Correct it first.",
                    zh=f"变更内容有误，请先更正：{'; '.join(faults[:3])}",
                )
            act = publishing.propose(change, effective, account, self.at, reason)
            record_acts(connection, [act])
        return publishing.publications([act])[act.about]

    def approve_policy(self, change_id: str, account: str, reason: str) -> Publication:
        """Approve a change that another account proposed. It is policy from its first day on."""
        with self.database.transaction() as connection:
            actor(connection, account, MAY_JUDGE)
            acts = acts_known(connection, uscc=EVERYBODY)
            proposed = _one(publishing.publications(acts), change_id, "policy")
            act = publishing.approve(proposed, account, self.at, self.today, reason)
            publishing.with_published(PolicyBook.load(), [*acts, act])  # two changes may not contradict each other
            record_acts(connection, [act])
        return publishing.publications([*acts, act])[change_id]

    def publications(self) -> list[Publication]:
        """Every change of policy that was proposed here."""
        with self.database.reading() as connection:
            return list(publishing.publications(acts_known(connection, uscc=EVERYBODY)).values())

    def overrides(self, uscc: str | None = None) -> list[OverrideCase]:
        """Every override, or those of one enterprise, oldest first."""
        with self.database.reading() as connection:
            return list(override_cases(acts_known(connection, uscc=uscc)).values())

    def objections(self, uscc: str | None = None) -> list[Objection]:
        """Every objection, or those of one enterprise, oldest first."""
        with self.database.reading() as connection:
            return list(objections_of(acts_known(connection, uscc=uscc)).values())

    def _override(self, override_id: str, account: str, step: Step[OverrideCase]) -> OverrideCase:
        with self.database.transaction() as connection:
            actor(connection, account, MAY_JUDGE)
            acts = acts_known(connection)
            act = step(_one(override_cases(acts), override_id, "override"))
            record_acts(connection, [act])
        return override_cases([*acts, act])[override_id]

    def _objection(self, objection_id: str, account: str, step: Step[Objection]) -> Objection:
        with self.database.transaction() as connection:
            actor(connection, account, MAY_JUDGE)
            acts = acts_known(connection)
            act = step(_one(objections_of(acts), objection_id, "objection"))
            record_acts(connection, [act])
        return objections_of([*acts, act])[objection_id]


def actor(connection: Connection, account: str, roles: tuple[Role, ...]) -> Account:
    """The account that acts.

    Raises
    ------
    UsageError
        When it is not open, or its role may not do this.
    """
    found = find_account(connection, account)
    if found is None:
        raise UsageError(
            f"There is no open account '{account}'.",
            f"Open it: xinji account open {account} --role ...",
            zh=f"没有名为“{account}”的有效账号。请联系运营方开立。",
        )
    if found.role not in roles:
        raise UsageError(
            f"Account '{account}' is of role {found.role}, which may not do this.",
            f"It takes: {', '.join(roles)}.",
            zh=f"账号“{account}”的角色无权办理此事项。",
        )
    return found


def _must_speak_for(connection: Connection, account: str, uscc: str) -> None:
    who = actor(connection, account, (*MAY_JUDGE, Role.ENTERPRISE))
    if who.role is Role.ENTERPRISE and who.uscc != uscc:
        raise UsageError(
            f"{account} does not speak for {uscc}.",
            "An enterprise objects for itself.",
            zh=f"账号“{account}”不代表 {uscc}。企业只能为自己提出异议。",
        )


def _computed_grade(connection: Connection, uscc: str) -> Grade:
    """The grade that stands without an override."""
    record = decisions.latest_decision(connection, uscc)
    if record is None or record["grade"] is None:
        raise NotFoundError(
            f"{uscc} has no grade that could be overridden.",
            "Check the code, or run the day first.",
            zh=f"{uscc} 没有可调整的等级。请核对代码。",
        )
    shown = record["override"]
    return Grade(shown["instead_of"] if shown else record["grade"])


def _must_be_known(connection: Connection, complaint: Complaint) -> None:
    """An objection names a record that a decision rests on, or the grade itself."""
    record = decisions.latest_decision(connection, complaint.uscc)
    if record is None:
        raise NotFoundError(
            f"{complaint.uscc} has no grade.", "Check the code.", zh=f"{complaint.uscc} 没有等级。请核对代码。"
        )
    inputs = record["inputs"]
    known = {"grade", *(fact["key"] for fact in inputs["facts"]), *(alert["alert_id"] for alert in inputs["alerts"])}
    if complaint.target not in known:
        raise NotFoundError(
            f"The latest decision about {complaint.uscc} rests on no record '{complaint.target}'.",
            f"Name one of: {', '.join(sorted(known))}.",
            zh=f"对 {complaint.uscc} 的最近评定并未依据“{complaint.target}”这一记录。请从所列记录中选择。",
        )


def _one(found: Mapping[str, Item], wanted: str, what: str) -> Item:
    if wanted not in found:
        raise NotFoundError(
            f"There is no {what} {wanted}.",
            f"See: xinji {what} list",
            zh=f"没有编号为 {wanted} 的事项。请重新打开页面查看。",
        )
    return found[wanted]
