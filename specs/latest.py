"""What is remembered of many: the latest so many, or as long as the order itself is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
MOST = 20_000
LEAST = 1024
"""So many names are kept before any is looked at again."""


class Latest(Generic[K, V]):
    """A value for each of the latest `most` keys; one more makes the oldest forgotten."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def keep(self, key: K, value: V) -> None:
        """Remember a value."""
        self._kept[key] = value
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def of(self, key: K) -> V | None:
        """Return the value of a key that is remembered."""
        return self._kept.get(key)

    def take(self, key: K) -> V | None:
        """Return the value of a key, and forget it."""
        return self._kept.pop(key, None)


class Marked:
    """Marks on orders by their names, looked through now and then: one on an order that is `gone` is dropped."""

    def __init__(self, gone: Callable[[str], bool]) -> None:
        self._gone = gone
        self._marks: dict[str, str] = {}
        self._look_at = LEAST

    def __len__(self) -> int:
        return len(self._marks)

    def __contains__(self, cloid: object) -> bool:
        return cloid in self._marks

    def mark(self, cloid: str, mark: str = "") -> None:
        """Mark an order, with a word."""
        self._marks[cloid] = mark
        if len(self._marks) >= self._look_at:
            self._marks = {name: word for name, word in self._marks.items() if not self._gone(name)}
            self._look_at = LEAST + 2 * len(self._marks)

    def of(self, cloid: str) -> str | None:
        """Return the word by which an order is marked."""
        return self._marks.get(cloid)

    def clear(self) -> None:
        """Forget all."""
        self._marks.clear()
