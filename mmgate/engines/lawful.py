"""Judge a maker's functions by the laws, and what it does with wrong configs (CFG-1) and with an empty one (CFG-4).

The reference, and any defect of it, is asked in this process, a port through its calls; what a port does not offer
is not applicable, but its starts can be tried always.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, Protocol

from mmgate.engines.declared import Within, cases_within
from mmgate.engines.functions import Property
from mmgate.engines.laws import Ask, Law
from mmgate.engines.shapes import ALL_LAWS
from mmgate.ports.calls import FUNCTIONS
from mmgate.ports.child import PortFault
from mmgate.ports.direct import defect_of
from mmgate.ports.messages import FEATURES
from mmgate.ports.port import opened
from mmgate.ports.process import PortMaker
from mmgate.ports.smoke import START
from mmgate.request import MakerRef, Promise, Request
from model.config import ConfigRefused
from model.journal import MakerFault
from model.market import Market
from specs.defects import applied
from specs.definitions.defaults import DEFAULTS, wrong_configs
from specs.spec import Outcome, Violation, Word

ENGINE = "property"
PORT_SHARE = 6
"""A port is asked one case where a maker of this process is asked so many."""
MOST_SHRINKS = 500
"""So many smaller cases are tried of one that breaks a statement; Hypothesis knows the same bound."""
PORT_SHRINKS = 60
"""The same for a port: each may start it anew."""
UNFIT_MARKETS = (("GOLD", ("xyz:GOLD", "abc:GOLD")), ("NICKEL", ("xyz:GOLD", "xyz:SILVER")))
"""A name in the config, and the markets told, of which it fits two, or none (section 2)."""
REFUSALS, EMPTY = "CFG-1", "CFG-4"
REFUSAL_TITLE, EMPTY_TITLE = "wrong configs are refused by name", "an empty config means the table of defaults"
UNGREETED = "the port could not be greeted"
Refused = Callable[[Mapping[str, object]], tuple[str, ...] | None]


class Check(Protocol):
    """Draw cases of one property and judge it."""

    def __call__(
        self, one: Property, examples: int, number: int, *, shrinking: bool = True, most: int = MOST_SHRINKS
    ) -> Outcome:
        """Return the outcome."""
        ...


def outcomes(request: Request, check: Check) -> list[Outcome]:
    """Judge all laws of the specs asked for; `check` draws cases of one property."""
    budget = (request.profile.property_examples, request.seed)
    found = [_law(law, request.maker, *budget, check) for law in ALL_LAWS if law.spec_id in request.specs]
    if REFUSALS in request.specs:
        found.append(refusals(request.maker))
    if EMPTY in request.specs:
        found.append(empty(request.maker))
    return found


def _law(law: Law, maker: MakerRef, examples: int, number: int, check: Check) -> Outcome:
    """Check one law; a port that dies over a case is started anew, so that a smaller case can be looked for."""
    port = maker.kind == "port"
    try:
        with asked(maker) as (ask, calls, features):
            if law.call not in calls:
                return Outcome(law.spec_id, ENGINE, Word.NOT_APPLICABLE, reason=offers_no(law.call))
            drawn = max(1, examples // (PORT_SHARE if port else law.cost))
            within = Within(law, ask, features)
            one = Property(law.spec_id, law.title, cases_within(law, features), within.check, law.shape, "law")
            found = check(one, drawn, number, most=PORT_SHRINKS if port else MOST_SHRINKS)
            if found.word is Word.VACUOUS and within.lacking:
                reason = f"the maker does not declare {', '.join(within.lacking)}"
                return Outcome(law.spec_id, ENGINE, Word.NOT_APPLICABLE, reason=reason)
            return found
    except MakerFault as fault:
        return broken(law.spec_id, fault, maker)


@contextmanager
def asked(maker: MakerRef) -> Iterator[tuple[Ask, frozenset[str], frozenset[str]]]:
    """Give a way to ask a maker's functions, which of them it offers, and the features it declares."""
    if maker.kind == "port":
        with Reopened(maker.name, maker.promise) as port:
            yield port.call, port.calls, port.features
    elif maker.kind == "defect":
        with applied(defect_of(maker.name)):
            yield _here, frozenset(FUNCTIONS), frozenset(FEATURES)
    else:
        yield _here, frozenset(FUNCTIONS), frozenset(FEATURES)


class Reopened:
    """A port that is asked through its calls, and started anew after it broke the protocol."""

    def __init__(self, command: str, promise: Promise | None = None) -> None:
        self._command = command
        self._port: PortMaker | None = PortMaker(command, promise=promise)
        self._promise = self._port.hello.promise()
        self.calls = self._port.hello.calls
        self.features = self._port.features

    def call(self, fn: str, args: Mapping[str, Any]) -> Any:
        """Ask. Raises MakerFault; the next question then starts the port again."""
        if self._port is None:
            self._port = PortMaker(self._command, promise=self._promise)
        try:
            return self._port.call(fn, args)
        except MakerFault:
            self.close()
            raise

    def close(self) -> None:
        """End the port."""
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def __enter__(self) -> Reopened:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _here(fn: str, args: Mapping[str, Any]) -> Any:
    return FUNCTIONS[fn](dict(args))


def offers_no(call: str) -> str:
    return f"the port offers no call {call}"


def broken(spec_id: str, fault: MakerFault, maker: MakerRef) -> Outcome:
    """Return what a spec says of a maker that broke the protocol.

    A port that was never greeted has shown nothing of what a spec is about: that it can't be greeted violates ROB-1,
    which is asked of every port. One that was greeted before, and now is not, has no such excuse.
    """
    text = f"{fault.kind}: {fault.text}"
    if maker.promise is None and isinstance(fault, PortFault) and not fault.greeted:
        return Outcome(spec_id, ENGINE, Word.INCONCLUSIVE, reason=f"{UNGREETED}: {text}")
    return Outcome(spec_id, ENGINE, Word.VIOLATED, "", 0, (), (Violation(spec_id, 0, 0, text),), text)


# -- configs


@lru_cache(maxsize=64)
def refusals(maker: MakerRef) -> Outcome:
    """Start lives with wrong configs: each must be refused with the name of a wrong key (CFG-1)."""
    wrong = wrong_configs()
    try:
        with _refusing(maker) as ways:
            found = [
                (fault, config)
                for config in wrong
                for name, refused in ways
                if (fault := _taken(name, refused, config))
            ]
        unfit = [fault for named, told in UNFIT_MARKETS if (fault := _quoted_all_the_same(maker, named, told))]
    except MakerFault as fault:
        return broken(REFUSALS, fault, maker)
    strength = f"{len(wrong)} wrong configs, {len(UNFIT_MARKETS)} names of markets"
    violations = tuple(
        Violation(REFUSALS, 0, 0, fault, asked=_asked("refusal", REFUSAL_TITLE, config)) for fault, config in found[:5]
    ) + tuple(Violation(REFUSALS, 0, 0, fault) for fault in unfit)
    word = Word.VIOLATED if violations else Word.HOLDS
    reason = violations[0].text if violations else ""
    return Outcome(REFUSALS, ENGINE, word, strength, len(wrong), (), violations, reason)


def _quoted_all_the_same(maker: MakerRef, named: str, told: tuple[str, ...]) -> str:
    """Begin a life whose config names a market that fits none of those told, or two; say so if it is taken."""
    markets = tuple(Market(one, 4) for one in told)
    start = replace(START, markets=markets, config=replace(START.config, markets=(named,)))
    fault = f"start takes markets = ['{named}'], told {' and '.join(told)}"
    if maker.kind == "port":
        with PortMaker(maker.name, promise=maker.promise) as port:
            return fault if port.refusal_of(start, {"markets": [named]}) is None else ""
    with opened(maker) as fresh, suppress(ConfigRefused):
        fresh.start(start)
        return fault
    return ""


def taken(maker: MakerRef, config: Mapping[str, object]) -> str | None:
    """Tell a maker one wrong config; say how it was taken, None if it was refused by name. Raises MakerFault."""
    with _refusing(maker) as ways:
        return next((fault for name, refused in ways if (fault := _taken(name, refused, config))), None)


def _asked(kind: str, title: str, case: object) -> str:
    """Write a question so that it can be asked again (`mmgate.engines.questions`)."""
    return json.dumps({"kind": kind, "title": title, "case": case}, separators=(",", ":"), ensure_ascii=True)


def _taken(name: str, refused: Refused, config: Mapping[str, object]) -> str:
    """Say how a wrong config was taken; empty when it was refused by name."""
    keys = refused(config)
    written = ", ".join(f"{key} = {value!r}" for key, value in config.items())
    if keys is None:
        return f"{name} takes a config with {written}"
    return "" if set(keys) & set(config) else f"{name} refuses a config with {written} without naming its key"


@contextmanager
def _refusing(maker: MakerRef) -> Iterator[list[tuple[str, Refused]]]:
    """Give the ways in which a config can be told to a maker."""
    if maker.kind != "port":
        with asked(maker) as (ask, _, _):
            yield [("the call config", partial(_by_call, ask))]
        return
    with PortMaker(maker.name, promise=maker.promise) as port:
        ways: list[tuple[str, Refused]] = []
        if "config" in port.hello.calls:
            ways.append(("the call config", partial(_by_call, port.call)))
        lives = iter(range(1, 1_000_000))

        def start(config: Mapping[str, object]) -> tuple[str, ...] | None:
            life = next(lives)
            return port.refusal_of(replace(START, life=life, now_ms=START.now_ms + life), config)

        if port.hello.restartable or not ways:
            ways.append(("start", start))
        yield ways


def _by_call(ask: Ask, config: Mapping[str, object]) -> tuple[str, ...] | None:
    answer = ask("config", {"config": dict(config)})
    return None if "errors" not in answer else tuple(str(one["key"]) for one in answer["errors"])


@lru_cache(maxsize=64)
def empty(maker: MakerRef) -> Outcome:
    """Ask functions with an empty config and with the whole table: the answers must be the same (CFG-4)."""
    try:
        with asked(maker) as (ask, calls, _):
            questions = [(fn, args) for fn, args in QUESTIONS if fn in calls]
            if not questions:
                return Outcome(EMPTY, ENGINE, Word.NOT_APPLICABLE, reason=offers_no(QUESTIONS[0][0]))
            faults = [
                f"{fn} answers an empty config otherwise than the table of defaults"
                for fn, args in questions
                if ask(fn, {**args, "config": {}}) != ask(fn, {**args, "config": DEFAULTS})
            ]
    except MakerFault as fault:
        return broken(EMPTY, fault, maker)
    violations = tuple(Violation(EMPTY, 0, 0, fault, asked=_asked("empty", EMPTY_TITLE, None)) for fault in faults)
    word = Word.VIOLATED if faults else Word.HOLDS
    return Outcome(
        EMPTY, ENGINE, word, f"{len(questions)} functions", len(questions), (), violations, "".join(faults[:1])
    )


def _ticks() -> list[list[object]]:
    """Return two minutes of ticks, one every second, with a few jumps."""
    return [[START.now_ms + 1000 * s, str(5000 + (s * s) % 7 + (40 if s % 50 == 49 else 0))] for s in range(120)]


QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "compute_quotes",
        {
            "oracle_px": "5000",
            "inventory_ratio": "0.4",
            "spread_multiplier": "1",
            "velocity_trend": "0.6",
            "volatility": None,
        },
    ),
    ("wick_stats", {"ticks": _ticks()}),
    ("velocity_trend", {"prices": ["5000", "5000.1", "5001", "5000", "5002", "5003", "5004", "5003"]}),
    ("counter_order", {"side": "buy", "px": "4990", "sz": "0.01", "level": 2, "mark_px": "5000"}),
)
"""What shows defaults: a ladder, statistics, a trend, a counter-order."""
