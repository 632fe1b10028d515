"""A page that checks certificates in any browser without a connection: the zone's keys are in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader

from reports.certificate import claims, status
from reports.certificate.verify import SAYS


def render_verify_page(zone: Mapping[str, str], keys: Mapping[str, Any]) -> bytes:
    """The page of a zone with its key set, as HTML bytes in one file."""
    environment = Environment(loader=PackageLoader("reports.certificate"), autoescape=True)
    page = environment.get_template("verify.html").render(
        zone=zone,
        keys=keys,
        says={verdict.value: {"zh": zh, "en": en} for verdict, (zh, en) in SAYS.items()},
        certificate_kind=claims.KIND,
        list_kind=status.KIND,
    )
    return page.encode("utf-8")
