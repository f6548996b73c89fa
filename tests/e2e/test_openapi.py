"""V1, V3: the OpenAPI document against the running Phoenix, with generated inputs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.running import Running, running

pytestmark = pytest.mark.slow

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def phoenix(tmp_path: Path) -> Iterator[Running]:
    """A separate Phoenix, because these requests use up the rate limits of everyone at the same address.

    It trusts X-Forwarded-For, so that rate limits hide nothing either.
    """
    with running(tmp_path / "data", "--demo", PHOENIX_TRUSTED_PROXIES="127.0.0.1/32") as started:
        yield started


def test_every_operation_responds_as_documented(phoenix: Running) -> None:
    numbers = itertools.count()
    demo = phoenix.ready["demo_accounts"][0]
    schema = schemathesis.openapi.from_dict(httpx.get(f"{phoenix.url}/api/v2/openapi.json").json())
    found = httpx.post(f"{phoenix.url}/api/v2/sessions", json={"email": demo["email"], "password": demo["password"]}).json()
    headers = {"Authorization": f"Bearer {found['access_token']}"}
    tried = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
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
        def attempt(case: schemathesis.Case[Any]) -> None:
            number = next(numbers)
            forwarded = {"X-Forwarded-For": f"100.64.{number // 250}.{number % 250}"}
            response = case.call(base_url=phoenix.url, headers={**headers, **forwarded})
            case.validate_response(response, checks=CHECKS)

        given(case=operation.as_strategy())(attempt)()
    assert tried > 25
