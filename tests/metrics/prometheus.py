"""A real Prometheus for a test: started by hand, scraping each second, gone afterwards."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from deploy.local.install import prometheus_program
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.services import answers, until
from samspill_kit.testing.children import start_child, stop_child

STARTED_WITHIN = 30


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Its HTTP interface."""

    address: str

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the samples of an instant query. Raises ValueError for a wrong expression."""
        data = await self._get("query", query=expression)
        result: list[dict[str, Any]] = data["result"]
        return result

    async def number(self, expression: str) -> float:
        """Return the one sample of an expression, 0 when there is none."""
        result = await self.query(expression)
        return float(result[0]["value"][1]) if result else 0.0

    async def series(self, selector: str) -> list[dict[str, str]]:
        """Return every series as its labels, also those that ended meanwhile."""
        found: list[dict[str, str]] = await self._get("series", **{"match[]": selector})
        return found

    async def kinds(self, job: str) -> dict[str, str]:
        """Return the type of each metric of a job, under the name that samples have."""
        selector = f'{{job="{job}"}}'
        told = await self._get("targets/metadata", match_target=selector)
        return {one["metric"]: one["type"] for one in told}

    async def rules(self) -> list[dict[str, Any]]:
        """Return the state of every rule, once each was evaluated."""

        async def are_evaluated() -> bool:
            return all(rule["health"] != "unknown" for rule in await self._rules())

        async with asyncio.timeout(STARTED_WITHIN):
            await until(are_evaluated, every=0.5)
        return await self._rules()

    async def _rules(self) -> list[dict[str, Any]]:
        groups = (await self._get("rules"))["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def scraped(self) -> None:
        """Wait until every target was scraped after now."""
        now = time.time()

        async def is_scraped() -> bool:
            targets = (await self._get("targets"))["activeTargets"]
            jobs = len(targets)
            late = f"count(timestamp(up == 1) > {now})"
            return jobs > 0 and await self.number(late) == jobs

        async with asyncio.timeout(STARTED_WITHIN):
            await until(is_scraped, every=0.5)

    async def _get(self, path: str, **parameters: str) -> Any:
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.get(f"{self.address}/api/v1/{path}", params=parameters)
        told = answer.json()
        if told["status"] != "success":
            raise ValueError(told.get("error"))
        return told["data"]


@asynccontextmanager
async def running_prometheus(
    folder: Path, targets: Mapping[str, int], *, rules: Path | None = None
) -> AsyncIterator[Prometheus]:
    """Scrape ports of this machine, each under its job; the folder exists."""
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)] if rules else [],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [f"{LOOPBACK}:{port}"]}]}
            for job, port in targets.items()
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    address = f"{LOOPBACK}:{free_port()}"
    words = [
        prometheus_program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--log.level=warn",
    ]
    child = start_child(words, output=folder / "log", cwd=folder)
    try:
        async with asyncio.timeout(STARTED_WITHIN):
            await until(lambda: answers(f"http://{address}/-/ready"))
        yield Prometheus(f"http://{address}")
    finally:
        stop_child(child, signal_number=signal.SIGTERM)


def promtool(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run promtool and return how it went."""
    program = prometheus_program("promtool")
    return subprocess.run([program, *words], capture_output=True, text=True, check=False)
