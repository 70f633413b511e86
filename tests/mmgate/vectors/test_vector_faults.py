"""Faults of a foreign maker are shown by the committed set: the forty of tests/ports/faults.toml, each by a case."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from mmgate.vectors.asked import Asked
from mmgate.vectors.case import read_case
from mmgate.vectors.lives import Result, Said

ROOT = Path(__file__).resolve().parents[3]
FAULTS = ROOT / "tests" / "ports" / "faults.toml"
EXAMPLE = ROOT / "examples" / "python_port" / "maker.py"
SHOWN_BY = {
    "unknown-key-taken": "config/wrong/many",
    "percentile-floored": "trace/corner/statistics/moving",
    "window-forgets-neighbour": "wick_stats/reads/through-ages",
    "skew-inverted": "compute_quotes/floors/fee",
    "floor-under-skew": "compute_quotes/counterexample/power-in-binary32",
    "nearest-tick": "round_order/carry/buy",
    "anchor-follows-every-tick": "velocity_trend/direction/adding-up",
    "counter-of-a-counter": "trace/corner/config/switched-off",
    "collected-survives-the-fall": "trace/lesson/collected-falls",
    "part-fill-is-the-end": "trace/corner/config/switched-off",
    "failed-cancel-forgotten": "trace/rare/words/sent-again",
    "early-refusal-of-a-cancel-believed": "trace/lesson/early-cancel-refused",
    "answer-judges-what-changed-since": "trace/corner/statistics/dead",
    "late-fill-counted-twice": "trace/lesson/contained-fill",
    "takers-part-adopted": "trace/rare/close/nothing-left",
    "halted-ladder-rests": "trace/asks/cancel",
    "old-price-noticed-by-prices-only": "trace/corner/close/rejected",
    "close-on-the-passive-side": "trace/asks/rejected-close",
    "counter-orders-survive-the-warning": "trace/lesson/counter-at-the-warning",
    "gate-holds-closes-back": "trace/lesson/close-behind-the-gate",
    "cancelled-rungs-leave-room": "trace/corner/close/emergency",
    "exposure-by-what-was-told": "trace/lesson/less-told-than-filled",
    "adverse-counts-bites": "trace/lesson/one-order-in-parts",
    "gate-sums-before-fees": "trace/lesson/gate-by-its-fee",
    "restart-forgets-losses": "trace/lesson/gate-in-the-next-life",
    "weekend-forgets-the-stop": "trace/corner/weekend/next-after-a-stop",
    "window-slept-through": "trace/corner/weekend/silent",
    "close-of-the-whole-account": "trace/corner/start/in-the-window",
    "unlisted-market-kept": "trace/lesson/market-not-quoted",
    "quotes-after-one-answer": "trace/race/window/restart",
    "quotes-on-reconnect": "trace/lesson/fill-of-the-outage",
    "gap-fills-ignored": "trace/lesson/fill-of-the-outage",
    "switch-renewed-at-its-end": "trace/rare/switch/offline",
    "reserve-holds-cancels-back": "trace/lesson/cancels-at-the-reserve",
    "cancelled-orders-bar-nothing": "trace/corner/prices/gap-at-limit",
    "own-by-memory": "trace/corner/start/on-a-wednesday",
    "leftovers-only-watched": "trace/corner/start/observing",
    "one-fill-for-two-markets": "trace/lesson/one-number-twice",
}
NOT_SHOWN = {
    "hash-order": "the order within a batch is free, and another process is needed to see it",
    "names-by-the-second": "names are free, up to one being twice; nothing in the gate shows it",
}


def edits() -> dict[str, list[tuple[str, str]]]:
    told = tomllib.loads(FAULTS.read_text(encoding="utf-8"))["fault"]
    return {one["id"]: [(edit["old"], edit["new"]) for edit in one["edit"]] for one in told}


def test_every_fault_has_a_case_or_a_reason():
    assert set(edits()) == {*SHOWN_BY, *NOT_SHOWN}


@pytest.mark.parametrize("fault", sorted(SHOWN_BY))
def test_a_fault_answers_a_case_of_the_committed_set_wrongly(tmp_path: Path, fault: str):
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in edits()[fault]:
        old, new = old.strip("\n"), new.strip("\n")
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "maker.py").write_text(text, encoding="utf-8")
    case = read_case(ROOT / "vectors", SHOWN_BY[fault])
    with Asked(f"{sys.executable} -S -E {tmp_path / 'maker.py'}", lambda *_: None) as asked:
        (result,) = asked.check([case])
    assert isinstance(result, Result)
    assert result.said is Said.DIFFERS
