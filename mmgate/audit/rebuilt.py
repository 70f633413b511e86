"""What a log's messages tell of the venue, in the order of the venue's time, within a bounded window of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush, merge

from mmgate.audit.held import ENDED, Row, Telling
from mmgate.audit.reading import Item, Reader
from model.codec import Malformed


class Held:
    """The rows of a log in the order of the venue's time. The log is read twice: first for what came late.

    `lacking`: why nothing can be rebuilt. `flaws`: line and text of what shows that messages were not received.
    `guessed`: so many orders have an end that nothing told.
    """

    def __init__(self, begin: Callable[[], tuple[Reader, Telling]], window_ms: int, *, numbered: bool) -> None:
        self._begin = begin
        self._numbered = numbered
        self._window_ms = window_ms
        self._late: list[Row] = []
        self.lacking = ""
        self.guessed = 0
        self.flaws: list[tuple[int, str]] = []

    def prepare(self) -> bool:
        """Read the log for the first time; False: a line tells what the venue held, or nothing can be rebuilt."""
        reader, telling = self._begin()
        for item in reader:
            if item[2] == "watched":
                return False
            self._late += [row for row in _told(telling, item) if row[0] < item[1] - self._window_ms]
            if telling.lacking:
                self.lacking = telling.lacking
                return False
        missed = list(telling.missed())
        self.guessed = sum(row[1] == ENDED for row in missed)
        self._late += missed
        self._late.sort(key=_place)
        self.flaws = telling.flaws + ([] if self._numbered else telling.unexplained)
        flaw = telling.clocks.flaw()
        if flaw is not None:
            self.flaws.append(flaw)
        return True

    def rows(self) -> Iterator[Row]:
        """Yield all rows."""
        return merge(self._late, self._in_window(), key=_place)

    def _in_window(self) -> Iterator[Row]:
        waiting: list[tuple[tuple[int, int, int], int, Row]] = []
        reader, telling = self._begin()
        count = 0
        for item in reader:
            for row in _told(telling, item):
                if row[0] >= item[1] - self._window_ms:
                    count += 1
                    heappush(waiting, (_place(row), count, row))
            while waiting and waiting[0][2][0] <= item[1] - self._window_ms:
                yield heappop(waiting)[2]
        while waiting:
            yield heappop(waiting)[2]


def _told(telling: Telling, item: Item) -> list[Row]:
    """Read a line; one that can't be read is a gap, which the reading of the maker's side tells."""
    try:
        return list(telling.rows(item))
    except (Malformed, KeyError, TypeError, AttributeError, ValueError, ArithmeticError):
        return []


def _place(row: Row) -> tuple[int, int, int]:
    return row[0], row[1], row[2]
