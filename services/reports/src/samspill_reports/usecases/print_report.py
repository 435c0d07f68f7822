"""The report on paper: the same numbers as the pages (SPEC G7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.material import Material
from samspill_reports.domain.ports import Words

Compose = Callable[..., Mapping[str, object]]
"""Returns what the paper is set from."""

Typeset = Callable[[Mapping[str, object]], bytes]
"""Returns a tagged PDF."""


@dataclass(frozen=True, slots=True)
class PrintReport:
    compose: Compose
    typeset: Typeset
    clock: Clock

    async def __call__(
        self,
        material: Material,
        analysis: ClassAnalysis,
        words: Words,
        locale: str,
        *,
        pupil_pages: bool,
    ) -> bytes:
        def made() -> bytes:
            content = self.compose(
                material,
                analysis,
                words,
                locale,
                made_at=self.clock.now(),
                pupil_pages=pupil_pages,
            )
            return self.typeset(content)

        return await asyncio.to_thread(made)
