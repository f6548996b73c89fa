"""V1, V3: the OpenAPI document against the running Phoenix, by inputs nobody would think of."""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.running import Running

pytestmark = pytest.mark.slow

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_every_operation_answers_as_the_document_says(phoenix: Running) -> None:
    demo = phoenix.ready["demo_accounts"][0]
    schema = schemathesis.openapi.from_dict(httpx.get(f"{phoenix.url}/api/v2/openapi.json").json())
    found = httpx.post(f"{phoenix.url}/api/v2/sessions", json={"email": demo["email"], "password": demo["password"]}).json()
    headers = {"Authorization": f"Bearer {found['access_token']}"}
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.startswith("/api/v2/sessions") and operation.method.upper() == "DELETE":
            continue
        tried += 1

        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        def attempt(case: schemathesis.Case) -> None:
            response = case.call(base_url=phoenix.url, headers=headers)
            case.validate_response(response, checks=CHECKS)

        given(case=operation.as_strategy())(attempt)()
    assert tried > 25
