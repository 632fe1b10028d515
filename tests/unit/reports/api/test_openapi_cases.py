"""The OpenAPI document put to the test: requests made from it at random, good ones and broken ones.

``XINJI_API_CASES`` says how many cases to try per address; ``make soak`` asks for thousands.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from expectations.vocabulary.role import Role
from reports.api.limits import Rate
from tests.unit.reports.api.conftest import Api

CASES = int(os.environ.get("XINJI_API_CASES", "8"))
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
_api = Api(rate=Rate(1e9, 10**9))
schema = schemathesis.openapi.from_asgi("/openapi.json", _api.app)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", [Role.REGULATOR, Role.ENTERPRISE])
@schema.parametrize()
@settings(
    max_examples=CASES,
    derandomize=CASES < 100,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_document_promises(case: Any, role: Role) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {role}", "X-Purpose": "audit"}, checks=list(CHECKS))
