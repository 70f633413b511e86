"""The names that a venue has taken are kept exactly, however they are packed."""

from __future__ import annotations

import pytest

from sim import cloids
from sim.cloids import Cloids

ODD = ("0x" + "ab" * 15, "0x" + "ab" * 17, "0xzz", "", "ab" * 17, "0x ab" + "cd" * 15)
NAMES = ("0x" + "ab" * 16, "0x" + "AB" * 16, *ODD)


def test_every_name_is_new_once_however_it_is_written():
    taken = Cloids()
    assert [taken.add(name) for name in NAMES] == [True] * len(NAMES)
    assert [taken.add(name) for name in NAMES] == [False] * len(NAMES)


def test_the_end_of_one_name_and_the_beginning_of_the_next_are_no_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cloids, "BUCKETS", 1)
    taken = Cloids()
    first, second = "00" * 8 + "11" * 8, "22" * 8 + "33" * 8
    assert taken.add("0x" + first)
    assert taken.add("0x" + second)
    assert taken.add("0x" + (first + second)[16:48])
    assert not taken.add("0x" + second)


def test_thousands_of_names_are_as_in_a_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cloids, "BUCKETS", 7)
    taken, known = Cloids(), set()
    for number in range(4000):
        name = f"0x{number * number % 2503:032x}"
        assert taken.add(name) is (name not in known)
        known.add(name)
