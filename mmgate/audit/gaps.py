"""Evidence that a log does not tell all, and how much of the log it casts doubt on."""

from __future__ import annotations

from dataclasses import dataclass

MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Gap:
    """One piece of evidence, seen at `line`; what is missing may lie anywhere from line `since` on."""

    line: int
    since: int
    text: str


class Gaps:
    """All evidence of a log: the first ones are kept, all are counted."""

    def __init__(self) -> None:
        self.kept: list[Gap] = []
        self.count = 0
        self.since: int | None = None

    def add(self, gap: Gap) -> None:
        """Note one piece of evidence."""
        self.count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(gap)
        self.since = gap.since if self.since is None else min(self.since, gap.since)

    def doubted(self, line: int) -> bool:
        """Say whether what a line shows may be due to something missing."""
        return self.since is not None and line >= self.since
