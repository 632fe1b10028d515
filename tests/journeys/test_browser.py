"""Whole journeys in a browser: an enterprise objects, an office acts, a row is corrected, a policy changes.

One home and one browser serve them all. Every page that is visited is looked at by an accessibility checker.
"""

from __future__ import annotations

import base64
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from expectations.vocabulary.grade import Grade
from expectations.vocabulary.role import Role
from pipelines.delivery import Endpoint, channel_to, deliver
from pipelines.steps import daily
from pipelines.steps.day import Day
from pipelines.steps.reconciling import read_receipts, reconcile
from pipelines.storage import accounts, decisions, passwords
from pipelines.storage.certificates import certificates
from pipelines.storage.quarantine import Quarantine
from reports.certificate.keys import TrustedKeys
from reports.certificate.verify import Verdict, check
from tests.journeys.test_pages import MAY, PAGES, PAPER
from tests.journeys.test_policy_change import CHANGE
from tests.worlds.day_home import BEFORE, LAST_DAY, TAKEN_AT
from tests.worlds.risk_control import Journal, RiskControl
from tests.worlds.served_home import PASSWORD, House

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]  # one home, one browser, one next day
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
DISCREDITED = "firm-1"
TOMORROW = LAST_DAY + timedelta(days=2)
"""The first day after the one the pages are looked at on: a change of policy may begin on it."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    """The pages of the home, served over the network."""
    server = uvicorn.Server(uvicorn.Config(house.pages, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def discredited(house: House) -> str:
    """An enterprise that is graded D because of a rating, with an account of its own."""
    with house.wiring.database.transaction() as connection:
        record = next(
            one
            for one in decisions.decisions_of(connection, LAST_DAY)
            if one["grade"] == "D" and one["status"] == "normal" and [cap["id"] for cap in one["caps"]] == ["K3"]
        )
        accounts.open_account(connection, DISCREDITED, Role.ENTERPRISE, TAKEN_AT, record["uscc"])
        passwords.set_password(connection, DISCREDITED, PASSWORD, TAKEN_AT)
    return str(record["uscc"])


@contextmanager
def somebody(chromium: Browser, address: str, account: str, purpose: str = "daily check") -> Iterator[Page]:
    """Somebody signed in at a browser of their own. What they leave open is looked at by the checker."""
    context = chromium.new_context(locale="en-GB", base_url=address)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/sign-in")
    page.get_by_label("Account").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    if page.get_by_label("Reason, such as").count():
        page.get_by_label("Reason, such as").fill(purpose)
        page.get_by_role("button", name="Go on").click()
    yield page
    assert serious_faults(page) == [], page.url
    context.close()


def serious_faults(page: Page) -> list[tuple[str, str]]:
    """What keeps somebody from using a page with a screen reader or a keyboard, and where it first stands."""
    told = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in told if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("account", ["officer-1", "enterprise-1"])
def test_no_page_has_a_serious_fault_or_is_wider_than_a_telephone(
    house: House, chromium: Browser, address: str, account: str
) -> None:
    role = Role.OFFICER if account == "officer-1" else Role.ENTERPRISE
    with somebody(chromium, address, account) as anyone:
        anyone.set_viewport_size({"width": 390, "height": 800})
        for name in sorted(MAY[role]):
            if name.endswith(".svg") or name in {"radar", "history"}:
                continue
            anyone.goto(PAGES[name].format(other=house.codes[1]))
            assert serious_faults(anyone) == [], name
            assert anyone.evaluate("document.documentElement.scrollWidth") <= 390, name


def test_an_enterprise_objects_an_officer_decides_and_its_certificate_dies_with_the_grade(
    house: House, chromium: Browser, address: str, discredited: str
) -> None:
    with somebody(chromium, address, DISCREDITED) as firm:
        assert firm.locator(".letter").inner_text() == "D"
        firm.get_by_role("link", name="Certificate").click()
        with firm.expect_download() as download:
            firm.get_by_role("button", name="Issue and download").click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
        firm.goto("/me/objections")
        rating = firm.locator("#target option").filter(has_text=re.compile("tax/")).last
        firm.get_by_label("Which record").select_option(rating.get_attribute("value"))
        firm.get_by_label("Why it is wrong").fill("The rating is of another enterprise of our name.")
        firm.get_by_label("Papers that show it").set_input_files(
            FilePayload(name="licence.pdf", mimeType="application/pdf", buffer=PAPER)
        )
        firm.get_by_role("button", name="Object").click()
        told = firm.get_by_role("status").inner_text()
    receipt = re.search(r"Receipt ([0-9a-f]{12})", told)
    assert receipt
    keys, status_list = TrustedKeys.of(house.wiring.certificate_keys), house.wiring.certificate_office
    assert status_list is not None
    with house.wiring.database.reading() as connection:
        token = certificates(connection)[-1].token
    assert check(token, keys, status_list.status_list(house.now), house.now).verdict is Verdict.VALID

    with somebody(chromium, address, "officer-1") as officer:
        officer.goto("/console/queues")
        case = officer.locator("article").filter(has_text=receipt[1])
        with officer.expect_download() as download:
            case.get_by_role("link", name="licence.pdf").click()
        assert Path(download.value.path()).read_bytes() == PAPER
        case.get_by_label("To which department").fill("tax")
        case.get_by_role("button", name="Forward").click()
        case = officer.locator("article").filter(has_text=receipt[1])
        case.get_by_label("Answer").select_option("upheld")
        case.get_by_label("Reason, for the record").fill("the tax office agrees")
        case.get_by_role("button", name="Put on record").click()
        assert officer.get_by_role("status").count() == 1
    until = time.monotonic() + 60
    while _grade(house, discredited) == Grade.D and time.monotonic() < until:
        time.sleep(0.2)  # what rested on the record is decided again after the answer has left

    with somebody(chromium, address, DISCREDITED) as firm:
        assert firm.locator(".letter").inner_text() in {"A", "B", "C"}
        firm.get_by_role("link", name="Certificate").click()
        assert firm.get_by_role("row").filter(has_text="revoked").count() == 1
        told = firm.request.get("/v1/certificates/status").text()
        firm.goto(f"/verify#{urlencode({'token': token, 'list': told})}")
        assert firm.locator("#verdict[data-verdict]").get_attribute("data-verdict") == Verdict.REVOKED


def _grade(house: House, uscc: str) -> str | None:
    with house.wiring.database.reading() as connection:
        record = decisions.latest_decision(connection, uscc)
    assert record is not None
    return str(record["grade"])


def test_a_row_in_quarantine_is_corrected_and_accepted(house: House, chromium: Browser, address: str) -> None:
    quarantine = Quarantine(house.wiring.lake)
    row = next(one for one in quarantine.waiting_rows("payment") if one.faults == ("required:paid_at",))
    with somebody(chromium, address, "operator-1") as operator:
        operator.get_by_role("row").filter(has_text="payment").get_by_role("link").click()
        operator.get_by_role("link", name=str(row.id), exact=True).click()
        operator.get_by_label("paid_at").fill("2026-06-11 14:10:00")
        operator.get_by_role("button", name="Send in again").click()
        assert "accepted" in operator.get_by_role("status").inner_text()
    settled = quarantine.settlement(row.id)
    assert settled is not None
    assert (settled.state, settled.account) == ("accepted", "operator-1")


@pytest.fixture(scope="module")
def next_day(house: House, chromium: Browser, address: str) -> str:
    """An alert that an officer confirms before the next day's run, for which two accounts change the policy."""
    with somebody(chromium, address, "officer-1") as officer:
        officer.get_by_role("table").get_by_role("link").first.click()
        case = officer.locator("article").first
        alert = str(case.locator("form").get_attribute("action")).rpartition("/")[2]
        case.get_by_label("What was found").select_option("confirmed")
        case.get_by_label("Reason, for the record").fill("found on the spot")
        case.get_by_role("button", name="Put on record").click()
        assert "The finding is on record" in officer.get_by_role("status").inner_text()
        officer.goto("/policy")
        officer.get_by_label("A change, written as").fill(CHANGE)
        officer.get_by_label("First day that is judged").fill(BEFORE.isoformat())
        officer.get_by_label("Last day, at most").fill(LAST_DAY.isoformat())
        officer.get_by_role("button", name="Try it").click()
        assert officer.locator(".matrix .moved").count() > 0
        officer.get_by_label("First day, in the future").fill(TOMORROW.isoformat())
        officer.get_by_label("Reason, for the record").fill("the pilot rules changed")
        officer.get_by_role("button", name="Propose").click()
        assert officer.get_by_role("button", name="Approve").count() == 0, "not by the account that proposed"
    with somebody(chromium, address, "regulator-1") as regulator:
        regulator.goto("/policy")
        regulator.get_by_label("Reason, for the record").fill("read and agreed")
        regulator.get_by_role("button", name="Approve").click()
        assert "Approved" in regulator.get_by_role("status").inner_text()
    house.now += timedelta(days=1)
    wiring = House(house.path, house.codes, house.now).wiring  # a run is another process: it reads the policy anew
    daily.run_day(wiring.home, Day.of(TOMORROW, house.now))
    return alert


def test_an_alert_is_confirmed_and_what_follows_is_delivered_and_reconciled(
    house: House, next_day: str, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    receiver = RiskControl(0, Journal(journal), SECRET, "none")
    threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    endpoint = Endpoint(f"http://127.0.0.1:{receiver.server_port}", (SECRET,), allow_private=True)
    with channel_to(endpoint) as channel:
        report = deliver(house.wiring.outbox, endpoint, channel, lambda: house.now)
    receiver.shutdown()
    assert report.acknowledged == report.sent > 0
    assert report.waiting == 0
    found = reconcile(house.wiring.home, TOMORROW, read_receipts(journal))
    assert (found.lost, found.unknown, found.repeated, found.acted) == ((), (), (), 1)
    with house.wiring.database.reading() as connection:
        alert = decisions.latest_alert(connection, next_day)
    assert alert is not None
    assert alert["finding"] == "confirmed"


def test_a_change_that_two_accounts_made_is_in_force_the_next_day(
    house: House, chromium: Browser, address: str, next_day: str
) -> None:
    assert next_day
    with house.wiring.database.reading() as connection:
        before, after = (_policy(decisions.decisions_of(connection, day)) for day in (LAST_DAY, TOMORROW))
    assert before != after
    with somebody(chromium, address, "regulator-1") as regulator:
        regulator.goto("/policy")
        assert "in force" in regulator.locator("article").first.inner_text()
        assert after[:16] in regulator.locator("main").inner_text()


def _policy(records: object) -> str:
    (digest,) = {record["policy_digest"] for record in records}  # type: ignore[attr-defined]
    return str(digest)
