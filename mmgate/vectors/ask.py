"""What a vector asks for before it is answered, and the reference's answer to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mmgate.identity import config_data
from mmgate.ports.calls import FUNCTIONS
from mmgate.vectors.case import Case, Compare, Data
from model.config import MakerConfig

REJECTS = ("price_not_positive", "below_minimum")
USUAL = config_data(MakerConfig())
RULES_OF: dict[str, tuple[str, ...]] = {
    "compute_quotes": ("Q-1", "Q-2", "Q-3", "Q-4", "Q-5", "Q-6", "Q-7", "Q-8"),
    "wick_stats": ("V-1", "V-2", "V-3", "V-4", "V-5", "V-9", "V-10"),
    "velocity_trend": ("W-1", "W-2"),
    "counter_order": ("L-8",),
    "round_order": ("Q-9",),
    "config": ("C-1",),
}
"""The rules that a drawn call exercises."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A call's input and why it is asked: `name` is unique within its kind, a path of lower-case words."""

    kind: str
    name: str
    why: str
    rules: tuple[str, ...]
    specs: tuple[str, ...]
    input: Data
    origin: str = "boundary"
    seed: int | None = None
    power: bool = False


def slug(words: str) -> str:
    """Write words as one part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def brief(args: Data) -> Data:
    """Leave out of a call's config what has its default."""
    config = {key: value for key, value in args.get("config", {}).items() if USUAL.get(key) != value}
    return {**args, "config": config}


def asking(kind: str, name: str, why: str, specs: tuple[str, ...], args: Data, origin: str, seed: int | None) -> Ask:
    """Ask for a call that was drawn, or found."""
    power = kind == "compute_quotes" and args["config"].get("level_distribution") == "exponential"
    return Ask(kind, name, why, RULES_OF[kind], specs, args, origin, seed, power)


def answered(ask: Ask) -> Case:
    """Return the case: the ask with the reference's answer, or with the code of its refusal."""
    result = FUNCTIONS[ask.kind](ask.input)
    refused = refusal_of(ask.kind, result)
    return Case(
        id=f"{ask.kind}/{ask.name}",
        kind=ask.kind,
        description=ask.why,
        rules=ask.rules,
        specs=ask.specs,
        origin=ask.origin,
        compare=_compare(ask),
        input=ask.input,
        expected=None if refused is not None else result,
        refused=refused,
        seed=ask.seed,
    )


def refusal_of(kind: str, result: object) -> Data | None:
    """Return how a call's result refuses its input, None if it does not.

    A config is refused by keys and codes, whatever their order; a rounded order by the code alone.
    """
    if kind == "config" and isinstance(result, dict) and isinstance(result.get("errors"), list):
        errors = [{"key": str(one.get("key")), "code": str(one.get("code"))} for one in result["errors"]]
        return {"code": "config", "errors": sorted(errors, key=lambda one: (one["key"], one["code"]))}
    if kind == "round_order" and isinstance(result, dict) and result.get("reject") in REJECTS:
        return {"code": result["reject"]}
    return None


def _compare(ask: Ask) -> Compare:
    if ask.power:
        return Compare.POWER
    if ask.kind == "wick_stats":
        return Compare.BINARY64
    if ask.kind in ("compute_quotes", "velocity_trend", "counter_order"):
        return Compare.DECIMALS
    return Compare.EXACT
