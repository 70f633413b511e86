"""Evidence that a log does not tell all, and how much of the log it casts doubt on."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

MOST_KEPT = 20
ALONE_KEPT = 4096
"""So many lines that can't be judged by themselves are remembered: findings are looked at more often than that."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One piece of evidence, seen at `line`; what is missing may lie anywhere from line `since` on.

    `alone`: nothing is missing, only what line `since` itself shows can't be judged.
    """

    line: int
    since: int
    text: str
    alone: bool = False


class Gaps:
    """All evidence of a log: the first ones are kept, each text once, all are counted.

    `unclear`: lines that can't be judged alone.
    """

    def __init__(self) -> None:
        self.kept: list[Gap] = []
        self.count = 0
        self.since: int | None = None
        self.unclear = 0
        self.unclear_text = ""
        self._alone: OrderedDict[int, None] = OrderedDict()

    def add(self, gap: Gap) -> None:
        """Note one piece of evidence."""
        if gap.alone:
            self.unclear += 1
            self.unclear_text = gap.text
            self._alone[gap.since] = None
            if len(self._alone) > ALONE_KEPT:
                self._alone.popitem(last=False)
            return
        self.count += 1
        if len(self.kept) < MOST_KEPT and all(known.text != gap.text for known in self.kept):
            self.kept.append(gap)
        self.since = gap.since if self.since is None else min(self.since, gap.since)

    def unclear_at(self, line: int) -> bool:
        """Say whether one of the latest lines can't be judged by itself."""
        return line in self._alone

    def doubted(self, line: int) -> bool:
        """Say whether what a line shows may be due to something missing."""
        return self.since is not None and line >= self.since
