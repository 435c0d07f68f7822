"""A real Prometheus scrapes the running system: all that is promised is there, and nobody is told of."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio

from deploy.local.services import SERVICES
from tests.e2e.classes import synthetic
from tests.e2e.conftest import World
from tests.e2e.test_main_job import main_job
from tests.metrics.alerts import rules, written
from tests.metrics.dashboards import expressions
from tests.metrics.documented import Metric, everything, most_series
from tests.metrics.privacy import SCRAPERS_OWN, Series, findings
from tests.metrics.prometheus import Prometheus, running_prometheus

RULES = rules()
EXPRESSIONS = expressions()
PUPIL = "Nora Nilsen"
AN_ID = "0b6f5c7e-9a1d-4c2e-8f3b-7d4a6e5c1b2a"
"""Without nine digits in a row, which would be taken for an organisation number as well."""
PLANTED = (
    f'samspill_planted_total{{pupil="{PUPIL}"}} 1\n'
    f'samspill_planted_total{{survey="{AN_ID}"}} 1\n'
    'samspill_planted_total{outcome="done"} 1\n'
)
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum")}


class _Plant(BaseHTTPRequestHandler):
    """Tells metrics as no service may."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(PLANTED.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # Named by the library.
        """Say nothing."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def prometheus(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Prometheus]:
    """Scrapes the six services after the main job, and a seventh that tells too much."""
    if not world.main_jobs_done:
        await main_job(world, synthetic(), "7C", in_chromium=0)
    plant = ThreadingHTTPServer(("127.0.0.1", 0), _Plant)
    Thread(target=plant.serve_forever, daemon=True).start()
    ports = world.installation.parts.addresses.metrics
    targets = {f"samspill-{service}": ports[service] for service in SERVICES}
    targets["planted"] = plant.server_port
    folder: Path = tmp_path_factory.mktemp("prometheus")
    async with running_prometheus(folder, targets, rules=written(folder)) as started:
        # Twice, so that there is a rate.
        await started.scraped()
        await started.scraped()
        yield started
    await asyncio.to_thread(plant.shutdown)
    plant.server_close()


async def told_by(prometheus: Prometheus, service: str) -> list[dict[str, str]]:
    return await prometheus.series(f'{{job="samspill-{service}",__name__=~"samspill_.+"}}')


def names_of(metric: Metric) -> set[str]:
    """Under which names its samples are found."""
    return {f"{metric.name}{suffix}" for suffix in _SUFFIXES.get(metric.kind, ("",))}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_tells_what_its_readme_promises_and_nothing_else(
    prometheus: Prometheus, service: str
) -> None:
    promised = everything()[service].values()
    told = {one["__name__"] for one in await told_by(prometheus, service)}
    assert told == set().union(*map(names_of, promised))
    # Counters are typed under the name without "_total" by some versions.
    kinds = await prometheus.kinds(f"samspill-{service}")
    for metric in promised:
        kind = kinds.get(metric.name) or kinds.get(metric.name.removesuffix("_total"))
        assert kind == metric.kind, metric.name


@pytest.mark.parametrize("service", SERVICES)
async def test_every_label_holds_a_value_of_its_set(prometheus: Prometheus, service: str) -> None:
    told = await told_by(prometheus, service)
    assert outside_its_set(told, everything()[service]) == []


async def test_a_label_that_is_not_promised_is_found(prometheus: Prometheus) -> None:
    told = await told_by(prometheus, "responses")
    stranger = [{**told[0], "outcome": "surprising"}, {**told[0], "pupil": "1"}]
    assert len(outside_its_set(stranger, everything()["responses"])) == 2


def outside_its_set(told: Collection[Series], promised: Mapping[str, Metric]) -> list[str]:
    """Labels that no table names, and values that no table lists."""
    by_name = {name: metric for metric in promised.values() for name in names_of(metric)}
    found = []
    for one in told:
        metric = by_name[one["__name__"]]
        for label, value in one.items():
            if label in SCRAPERS_OWN or (label == "le" and metric.kind == "histogram"):
                continue
            if value not in metric.labels.get(label, ()):
                found.append(f"{metric.name}: {label}={value}")
    return found


async def test_no_label_tells_who_it_was(prometheus: Prometheus, world: World) -> None:
    names = all_names(world)
    assert PUPIL.partition(" ")[0] in names
    everything_told = await prometheus.series('{job=~"samspill-.+"}')
    assert len(everything_told) > len(SERVICES) * 20
    assert findings(everything_told, names) == []


async def test_a_planted_name_and_id_are_found(prometheus: Prometheus, world: World) -> None:
    planted = await prometheus.series('{job="planted",__name__=~"samspill_.+"}')
    found = findings(planted, all_names(world))
    assert len(planted) == 3
    assert sorted(each.partition(" holds ")[2].partition(":")[0] for each in found) == [
        "a name",
        "an id",
    ]


def all_names(world: World) -> set[str]:
    """First and last names of pupils and staff, and the schools' whole names."""
    people = [*synthetic().pupils]
    places = [world.municipality.name]
    for school in world.municipality.schools:
        places.append(school.name)
        staff = (*school.leaders, *school.teachers)
        people += [f"{one.first_name} {one.last_name}" for one in staff]
    return {word for name in people for word in name.split()} | set(places)


async def test_the_main_job_is_seen_in_the_counts(prometheus: Prometheus) -> None:
    pupils = len(synthetic().pupils)
    for expression, least in {
        'sum(samspill_identity_codes_entered_total{outcome="right"})': pupils,
        'sum(samspill_responses_submissions_total{outcome="accepted"})': pupils,
        'sum(samspill_identity_permits_issued_total{level="free_text"})': 1,
        "sum(samspill_identity_audit_entries_total)": 1,
        'sum(samspill_surveys_openings_total{outcome="done"})': 1,
        'sum(samspill_surveys_closings_total{outcome="done"})': 1,
        "sum(samspill_reports_pdf_seconds_count)": 1,
        "sum(samspill_retention_receipts_signed_total)": 1,
        'sum(samspill_gateway_requests_total{route="POST /kode",status="3xx"})': pupils,
        "min(samspill_service_ready)": 1,
        "min(samspill_clock_trusted)": 1,
        "min(samspill_stream_connected)": 1,
    }.items():
        assert await prometheus.number(expression) >= least, expression


@pytest.mark.parametrize("alert", RULES)
async def test_a_healthy_system_is_not_alarmed(prometheus: Prometheus, alert: str) -> None:
    assert await prometheus.query(RULES[alert]["expr"]) == []


async def test_prometheus_evaluates_every_rule(prometheus: Prometheus) -> None:
    evaluated = await prometheus.rules()
    assert {rule["name"] for rule in evaluated} == set(RULES)
    assert [rule["name"] for rule in evaluated if rule["health"] != "ok"] == []


@pytest.mark.parametrize("name", EXPRESSIONS)
async def test_every_panel_of_the_dashboard_shows_something(
    prometheus: Prometheus, name: str
) -> None:
    assert await prometheus.query(EXPRESSIONS[name]) != [], EXPRESSIONS[name]


async def test_a_service_that_is_stopped_is_alarmed(prometheus: Prometheus, world: World) -> None:
    """The control: the same expression, with one service away."""
    expression = RULES["SamspillServiceDown"]["expr"]
    await world.installation.stop_part("reports")
    try:
        async with asyncio.timeout(30):
            while not (found := await prometheus.query(expression)):  # noqa: ASYNC110  # It scrapes.
                await asyncio.sleep(0.5)
    finally:
        await world.installation.start_part("reports")
    assert [each["metric"] for each in found] == [{"job": "samspill-reports"}]


async def test_the_number_of_series_is_known(
    prometheus: Prometheus, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await prometheus.series('{job=~"samspill-.+",__name__=~"(samspill|process|python)_.+"}')
    by_service = Counter(one["job"].removeprefix("samspill-") for one in told)
    with capsys.disabled():
        parts = " · ".join(f"{service} {by_service[service]}" for service in SERVICES)
        print(f"\n{len(told)} series: {parts}")
    assert len(told) < most_series()
