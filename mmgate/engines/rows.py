"""Which rows of the order table are taken while something runs: each is an edge of the order's life cycle (L-1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from model import orders

Row = tuple[str, str]
ROWS: tuple[Row, ...] = tuple((state.value, trigger.value) for state, trigger in orders.TRANSITIONS)
"""Every row, by the words of its state and its trigger."""


class _Counted(dict[Any, Any]):
    """The order table, counting which of its rows are looked up."""

    def __init__(self, table: dict[Any, Any], taken: Counter[Row]) -> None:
        super().__init__(table)
        self._taken = taken

    def get(self, pair: Any, default: Any = None) -> Any:
        """Look a pair up, and count it if the table has it."""
        row = super().get(pair, default)
        if row is not None:
            self._taken[pair[0].value, pair[1].value] += 1
        return row


@contextmanager
def counted_rows(taken: Counter[Row] | None = None) -> Iterator[Counter[Row]]:
    """Count the rows that are taken inside the block, beside those that `taken` has."""
    taken = Counter() if taken is None else taken
    table = orders.TRANSITIONS
    orders.TRANSITIONS = _Counted(table, taken)
    try:
        yield taken
    finally:
        orders.TRANSITIONS = table


def told(row: Row) -> str:
    """Write a row."""
    return f"{row[0]} · {row[1]}"
