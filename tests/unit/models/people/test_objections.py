"""Objections: the clock in Chinese working days, what is disputed, and who may answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

import pytest

from expectations.errors import ConflictError, UsageError
from expectations.vocabulary.moment import ZONE
from models.people.acts import Act
from models.people.objections import (
    Complaint,
    Objection,
    Outcome,
    answer,
    disputed_by,
    extend,
    file,
    forward,
    objections_of,
    set_aside,
)
from models.policy.book import PolicyBook

AT = datetime(2026, 9, 28, 16, tzinfo=ZONE)  # a Monday; 1 to 7 October are holidays, the 10th is worked
USCC = "91659007MA7TETA132"
RULE = PolicyBook.load().in_force(AT.date()).objections


def filed(account: str = "firm-1") -> Act:
    return file(Complaint(USCC, "罚字1号", "not us"), account, AT, RULE)


def after(*acts: Act) -> Objection:
    (one,) = objections_of(acts).values()
    return one


def test_the_clock_counts_chinese_working_days() -> None:
    one = after(filed())
    assert one.forward_by == date(2026, 9, 29)
    assert one.answer_by == date(2026, 10, 13)
    assert one.longest == date(2026, 10, 30)


def test_the_same_filing_twice_is_one_objection_wherever_it_stands() -> None:
    forwarded = forward(after(filed()), "office-7", AT, "customs")
    assert after(filed(), filed()) == after(filed())
    assert after(filed(), forwarded, filed()) == after(filed(), forwarded)


def test_two_filings_in_one_moment_with_other_words_are_two_objections() -> None:
    other = file(Complaint(USCC, "罚字1号", "not ours either"), "firm-1", AT, RULE)
    assert len(objections_of([filed(), other])) == 2


def test_what_is_late_says_what_should_have_happened() -> None:
    one = after(filed())
    assert one.overdue(date(2026, 9, 29)) is None
    assert one.overdue(date(2026, 9, 30)) == "forward"
    sent = after(filed(), forward(one, "officer-1", AT, "customs"))
    assert sent.overdue(date(2026, 10, 13)) is None
    assert sent.overdue(date(2026, 10, 14)) == "answer"


def test_what_it_names_is_disputed_until_it_is_answered() -> None:
    opened = filed()
    sent = forward(after(opened), "officer-1", AT, "customs")
    assert disputed_by([after(opened, sent)]) == {USCC: {"罚字1号"}}
    rejected = answer(after(opened, sent), "rejected", "officer-1", AT, "the decision stands")
    assert disputed_by([after(opened, sent, rejected)]) == {}
    assert set_aside([after(opened, sent, rejected)]) == {}
    upheld = answer(after(opened, sent), "upheld", "officer-1", AT, "another firm of that name")
    assert set_aside([after(opened, sent, upheld)]) == {USCC: {"罚字1号"}}
    assert after(opened, sent, upheld).overdue(date(2027, 1, 1)) is None


def test_nobody_answers_an_objection_of_his_own_or_before_the_source_was_asked() -> None:
    opened = filed("officer-1")
    with pytest.raises(ConflictError, match="filed by officer-1"):
        answer(after(opened), "upheld", "officer-1", AT, "mine")
    with pytest.raises(ConflictError, match="not been forwarded"):
        answer(after(opened), "upheld", "officer-2", AT, "surely")


def test_an_answer_is_one_of_two_words_and_nothing_else_goes_on_record() -> None:
    forwarded = after(filed(), forward(after(filed()), "office-7", AT, "customs"))
    with pytest.raises(UsageError, match="no answer"):
        answer(forwarded, cast(Outcome, "approve"), "office-7", AT, "seen")


def test_an_extension_ends_on_the_twentieth_working_day() -> None:
    opened = filed()
    more = extend(after(opened), "officer-1", AT, date(2026, 10, 30), "the file is in the archive")
    assert after(opened, more).answer_by == date(2026, 10, 30)
    for wrong in (date(2026, 10, 31), date(2026, 10, 13)):
        with pytest.raises(UsageError, match="at most"):
            extend(after(opened), "officer-1", AT, wrong, "more")


def test_what_is_answered_is_closed() -> None:
    opened = filed()
    sent = forward(after(opened), "officer-1", AT, "customs")
    done = answer(after(opened, sent), "rejected", "officer-1", AT, "stands")
    one = after(opened, sent, done)
    with pytest.raises(ConflictError, match="rejected already"):
        answer(one, "upheld", "officer-2", AT, "no")
    with pytest.raises(ConflictError, match="rejected already"):
        forward(one, "officer-2", AT, "tax")
    with pytest.raises(ConflictError, match="rejected already"):
        extend(one, "officer-2", AT, date(2026, 10, 20), "no")
