"""Each defect is chased along its trail, by the specs that must catch it and no others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mmgate.chasing import Chase, Chased, chase
from mmgate.profiles import QUICK, embedded_suite
from mmgate.trails import ENGINES, trails
from specs.catalogue import judged
from specs.defects import Defect

SUITE = embedded_suite(QUICK)


def chased(defect: Defect) -> tuple[tuple[str, ...], Chased]:
    must = tuple(spec_id for spec_id in defect.caught_by if spec_id in judged())
    wanted = Chase(defect.id, must, must, ENGINES, SUITE, QUICK, 1, only_trail=defect.id in trails())
    return must, chase(wanted)


@pytest.fixture
def must_be_caught() -> Callable[[Defect], None]:
    def check(defect: Defect) -> None:
        must, found = chased(defect)
        assert must, f"no spec that must catch {defect.id} is judged"
        assert not found.errors
        missed = set(must) - {kill.spec for kill in found.kills}
        assert not missed, (
            f"{sorted(missed)} let {defect.id} pass; mmgate matrix --defects {defect.id} looks everywhere"
        )

    return check
