"""When a name was used first is kept exactly, however it is packed."""

from __future__ import annotations

import pytest

from specs import cloids
from specs.cloids import FirstUses

NAMES = ("0x" + "ab" * 16, "0x" + "AB" * 16, "0x" + "ab" * 15, "0xzz", "", "0x ab" + "cd" * 15)


def test_the_first_use_of_each_name_is_told_at_the_second():
    uses = FirstUses()
    assert [uses.use(name, now_ms, 1) for now_ms, name in enumerate(NAMES)] == [None] * len(NAMES)
    assert [uses.use(name, 99, 2) for name in NAMES] == [(now_ms, 1) for now_ms in range(len(NAMES))]


def test_what_begins_inside_an_entry_is_no_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cloids, "BUCKETS", 1)
    uses = FirstUses()
    assert uses.use("0x" + "00" * 16, 0, 0) is None
    assert uses.use("0x" + "11" * 16, 0, 0) is None
    assert uses.use("0x" + "00" * 12 + "11" * 4, 5, 1) is None
    assert uses.use("0x" + "00" * 12 + "11" * 4, 7, 1) == (5, 1)


def test_thousands_of_names_are_as_in_a_table(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cloids, "BUCKETS", 7)
    uses = FirstUses()
    known: dict[str, tuple[int, int]] = {}
    for number in range(4000):
        name = f"0x{number * number % 2503:032x}"
        assert uses.use(name, number // 10, number // 1000) == known.get(name)
        known.setdefault(name, (number // 10, number // 1000))
