"""The page that checks certificates says in a browser what the command says."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from reports.certificate import claims, status
from reports.certificate.claims import certify
from reports.certificate.keys import TrustedKeys
from reports.certificate.page import render_verify_page
from reports.certificate.status import StatusList
from reports.certificate.verify import Verdict, check
from tests.unit.reports.certificate.test_certificate import DECISION, KEY, OTHER_KEY, TERMS, ZONE_NAME, altered

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
KEYS = {"keys": [KEY.published()]}


@pytest.mark.browser
@pytest.mark.parametrize("verdict", Verdict)
def test_the_page_and_the_command_agree(verdict: Verdict, tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    now = datetime.now(UTC)
    issued_at = now - timedelta(days=31 if verdict is Verdict.EXPIRED else 1)
    token = KEY.sign(claims.KIND, certify(DECISION, 9, ZONE_NAME, issued_at, TERMS).claims())
    if verdict is Verdict.FORGED:
        token = altered(token, grade="AAA")
    told = StatusList.of(12, {9} if verdict is Verdict.REVOKED else {8, 10}, now, TERMS)
    signed = (OTHER_KEY if verdict is Verdict.UNTOLD else KEY).sign(status.KIND, told.claims())
    assert check(token, TrustedKeys.of(KEYS), signed, now).verdict is verdict
    page = tmp_path / "verify.html"
    page.write_bytes(render_verify_page(ZONE_NAME, KEYS))
    assert shown_by(CHROMIUM, f"{page.as_uri()}#{urlencode({'token': token, 'list': signed})}", tmp_path) == verdict


def shown_by(browser: str, address: str, folder: Path) -> str:
    """The verdict that stands on the page."""
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    command = [browser, *quiet, f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=3000", "--dump-dom"]
    page = subprocess.run([*command, address], check=True, capture_output=True, timeout=120).stdout.decode()
    found = re.search(r'<div id="verdict"[^>]* data-verdict="([a-z]+)"', page)
    assert found, page[-2000:]
    return found[1]


def test_the_page_says_what_came_from_outside_as_text_only() -> None:
    page = render_verify_page({"zh": "<script>alert(1)</script>", "en": "</script>"}, KEYS).decode()
    assert "<script>alert(1)" not in page
    assert page.count("</script>") == 1
