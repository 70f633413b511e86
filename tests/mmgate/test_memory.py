"""How often cycles are looked for: seldom, and in an audit hardly ever, but never not at all."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from mmgate.memory import collect_hardly, collect_seldom


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_cycles_are_looked_for_seldom_and_in_an_audit_more_seldom_still() -> None:
    collect_seldom()
    seldom = gc.get_threshold()
    collect_hardly()
    assert 700 < seldom[0] < gc.get_threshold()[0]
    assert gc.isenabled()
