"""Laws asked of a port only within the phases that it declares: what it lacks is off in every case put to it.

A port that refuses a config with a phase it does not declare, or leaves that phase out, breaks no law.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mmgate.engines.functions import UNMET
from mmgate.engines.laws import Ask, Law
from mmgate.profiles import PHASES, fitted_config
from model.config import MakerConfig


class Undeclared(Exception):
    """A question needs a phase that the port does not declare."""


def missing_phases(features: frozenset[str]) -> tuple[str, ...]:
    """Return the phases that a maker does not declare."""
    return tuple(feature for feature, _ in PHASES if feature not in features)


def cases_within(law: Law, features: frozenset[str]) -> st.SearchStrategy[Any]:
    """Return a law's cases, their configs without the phases that are not declared."""
    if not missing_phases(features):
        return law.cases
    return law.cases.map(lambda case: _fitted(case, features))


def _fitted(case: Any, features: frozenset[str]) -> Any:
    if isinstance(case, tuple):
        return tuple(_fitted(part, features) for part in case)
    if not isinstance(getattr(case, "config", None), MakerConfig):
        return case
    return replace(case, config=fitted_config(case.config, features))


class Within:
    """Checks cases of a law; one that needs a phase which is not declared does not meet its condition.

    `lacking`: the phases for which a case was passed over, in the order met.
    """

    def __init__(self, law: Law, ask: Ask, features: frozenset[str]) -> None:
        self.lacking: dict[str, None] = {}
        self._law, self._ask = law, ask
        self._missing = missing_phases(features)

    @property
    def check(self) -> Callable[[Any], str | None]:
        """The law's check of one case."""
        return self._checked

    def _checked(self, case: Any) -> str | None:
        try:
            return self._law.check(self._asked, case)
        except Undeclared:
            return UNMET

    def _asked(self, fn: str, args: Mapping[str, Any]) -> Any:
        config = args.get("config", {})
        for feature, off in PHASES:
            if feature in self._missing and any(config.get(key, value) != value for key, value in off.items()):
                self.lacking[feature] = None
                raise Undeclared(feature)
        return self._ask(fn, args)
