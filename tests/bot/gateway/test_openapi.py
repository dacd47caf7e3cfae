"""Does every route do what the OpenAPI document says, whatever is sent to it?"""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from starlette.testclient import TestClient
from world import API_KEY, World

# The stream never ends by itself, so it is tested on its own.
ROUTES = {
    "POST /api/sessions", "POST /api/messages", "GET /api/messages", "GET /api/speaker", "POST /api/feedback",
    "POST /api/forget", "POST /api/events", "POST /api/links", "GET /api/links", "POST /api/links/redeem",
    "POST /api/links/undo",
    "GET /healthz", "GET /readyz", "GET /metrics",
}  # fmt: skip
CASES = [(route, GenerationMode.POSITIVE) for route in sorted(ROUTES)] + [
    (route, GenerationMode.NEGATIVE) for route in sorted(ROUTES) if "/api/" in route
]
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


@pytest.mark.parametrize(("route", "mode"), CASES)
def test_every_route_keeps_to_its_description(world: World, route: str, mode: GenerationMode) -> None:
    world.settings = world.settings.model_copy(update={"requests_per_minute": 10**6, "messages_per_minute": 10**6})
    app = world.app()
    method, path = route.split()
    operation = schemathesis.openapi.from_asgi("/api/openapi.json", app)[path][method]
    with TestClient(app) as client:
        token = client.post("/api/sessions", json={}).json()["token"]
        headers = {"Authorization": f"Bearer {API_KEY if path == '/api/events' else token}"}

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def keeps_to_it(case: schemathesis.Case) -> None:
            case.call_and_validate(session=client, headers=headers, checks=CHECKS)

        keeps_to_it()


@pytest.mark.anyio
async def test_the_document_names_every_route_of_the_contract(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    routes = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    assert routes == {*ROUTES, "GET /api/stream"}
    for operations in paths.values():
        for operation in operations.values():
            assert "422" not in operation["responses"]
