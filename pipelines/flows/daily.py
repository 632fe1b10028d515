"""The daily flow: one business date from what was known to the documents of the day.

The steps are plain functions in ``pipelines.steps``; here they get retries, timeouts and artifacts that a person can
read in Prefect's pages. Nothing is cached: a step that is tried again reads the same pinned lake.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from pipelines.steps import daily as steps
from pipelines.steps.daily import DaySummary, DayWork
from pipelines.steps.day import Day
from pipelines.steps.home import Champion, Home, PinnedLake
from pipelines.steps.judging import Measured
from pipelines.steps.listing import risk_list
from pipelines.steps.publishing import write_list_of
from pipelines.steps.regrading import finish_corrections
from pipelines.steps.screening import keep_reference_current
from pipelines.steps.second_opinion import write_second_opinion
from pipelines.steps.shadow import Shadow, shadow_of
from pipelines.storage.decisions import Judged
from pipelines.wiring import Wiring

_HOUR = 3600


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=10, timeout_seconds=4 * _HOUR)
def correct(home: Home, day: Day) -> None:
    """Go on with objections that were upheld and whose days were not all decided again."""
    finish_corrections(home, day)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=10, timeout_seconds=600)
def pin(home: Home) -> PinnedLake:
    """Pin the lake as it stands."""
    return home.pin()


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=10, timeout_seconds=600)
def fetch_champion(home: Home) -> Champion:
    """Fetch the model that grades."""
    return home.champion()


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=30, timeout_seconds=4 * _HOUR)
def measure(home: Home, day: Day, lake: PinnedLake) -> Measured:
    """Compute features, facts and patterns as of (D, K)."""
    measured = steps.measure(home, day, lake)
    rows, columns = measured.features.frame.shape
    late = ", ".join(sorted(measured.late)) or "none"
    create_markdown_artifact(
        key=f"measured-{day.business_date}",
        markdown=f"{rows} enterprises, {columns} features, {len(measured.hits)} patterns over their threshold.\n\n"
        f"Late feeds: {late}.",
    )
    return measured


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=10, timeout_seconds=_HOUR)
def judge(home: Home, day: Day, lake: PinnedLake, measured: Measured, champion: Champion) -> Judged:
    """Decide about everybody."""
    return steps.judge_day(home, day, lake, measured, champion)


@task(cache_policy=NO_CACHE, timeout_seconds=_HOUR)
def shadow(home: Home, measured: Measured, judged: Judged, champion: Champion) -> Shadow | None:
    """Let the challenger judge the same day; nothing it says is published."""
    found = shadow_of(home, measured, judged, champion)
    if found is not None:
        create_markdown_artifact(key="shadow", markdown=found.says)
    return found


@task(cache_policy=NO_CACHE, retries=3, retry_delay_seconds=10, timeout_seconds=_HOUR)
def commit(home: Home, day: Day, work: DayWork) -> bool:
    """Write ledger, projections and outbox in one transaction. Trying again cannot write twice."""
    return steps.commit(home, day, work)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=10, timeout_seconds=_HOUR)
def publish(home: Home, day: Day) -> tuple[Path, ...]:
    """Write the documents of the day from the ledger."""
    found = risk_list(home, day.business_date)
    written = write_list_of(home, found, day.business_date)
    shown = ("rank", "severity", "uscc", "grade", "exposed_cny")
    create_table_artifact(
        key=f"risk-list-{day.business_date}",
        table=[{name: getattr(row, name) for name in shown} for row in found.rows],
        description=f"Risk list of {day.business_date}",
    )
    return written


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=10, timeout_seconds=_HOUR)
def look_again(home: Home, day: Day) -> None:
    """Write the second opinion on the day, which no decision reads."""
    found = write_second_opinion(home, day.business_date)
    create_markdown_artifact(
        key=f"unusual-{day.business_date}",
        markdown="\n".join(f"{one.rank}. {one.uscc} ({one.view})" for one in found.head(20).itertuples())
        or "Too few enterprises to compare.",
    )


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=10, timeout_seconds=_HOUR)
def prepare_screening(home: Home, day: Day) -> None:
    """Keep what single documents are held against until the next run."""
    keep_reference_current(home, day.business_date)


@flow(name="daily", validate_parameters=False, persist_result=False)
def daily(wiring: Wiring, business_date: date, known_at: datetime | None = None) -> DaySummary:
    """Run one business date. For a (D, K) that was decided before, nothing is computed and nothing changes."""
    home, day = wiring.home, Day.of(business_date, known_at)
    correct(home, day)
    if steps.already_decided(home, day):
        publish(home, day)
        look_again(home, day)
        prepare_screening(home, day)
        return steps.summarise(home, day, is_new=False)
    lake, champion = pin(home), fetch_champion(home)
    measured = measure(home, day, lake)
    judged = judge(home, day, lake, measured, champion)
    shadowed = shadow(home, measured, judged, champion)
    is_new = commit(home, day, DayWork(lake, champion, measured, judged, shadowed))
    publish(home, day)
    look_again(home, day)
    prepare_screening(home, day)
    return steps.summarise(home, day, is_new=is_new, messages=len(judged.messages))
