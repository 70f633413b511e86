"""Every spec's statement, in reading order. Prose in our own words; what judges them is in `specs.catalogue`."""

from __future__ import annotations

from specs.spec import Spec
from specs.statements import config, data, ladder, money, orders, system

SPECS: tuple[Spec, ...] = (
    *config.SPECS,
    *ladder.SPECS,
    *data.SPECS,
    *orders.SPECS,
    *money.SPECS,
    *system.SPECS,
)
"""All specs, in reading order."""

OPT_IN: tuple[Spec, ...] = (system.ALIKE,)
"""Statements that are judged only by an engine that is asked for by name."""

_BY_ID = {spec.id: spec for spec in (*SPECS, *OPT_IN)}


def statement(spec_id: str) -> Spec:
    """Return the spec of this id. Raises KeyError naming the id when there is none."""
    return _BY_ID[spec_id]
