"""What prices and log give away: ADV-1, VEL-2, VOL-1, VOL-2, VOL-8 on hand-made runs, and INV-1 on books told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from model import events, journal
from model.actions import Place, Role, Side, Tif
from model.config import LevelDistribution, MakerConfig
from model.market import Market
from specs import explained, ledgers
from specs.panel import Panel
from specs.spec import Word

SATURDAY_MS = 1_770_468_000_000
GOLD = "xyz:GOLD"
BUY, SELL = Side.BUY, Side.SELL


class Life:
    """One life, told event by event; `config` as changed by the test."""

    def __init__(self, **changed: Any) -> None:
        config = replace(MakerConfig(), enabled=True, max_position_usd=D(1000), **changed)
        self.panel = Panel(None, (*explained.MONITORS, *ledgers.MONITORS))
        self.now_ms, self.number = SATURDAY_MS, 0
        head = (self.now_ms, "hand-made", 0, "hand", config, (Market(GOLD, 3),))
        features = ("books", "dynamic_offset", "velocity_skew")
        self.panel.observe(journal.RunStarted(*head, 250, 400, 400, features))
        self.turn(events.Start(self.now_ms, 1, config, (Market(GOLD, 3),)))

    def turn(self, event, *actions, log=()) -> None:
        self.panel.observe(journal.Turn(event.now_ms, 1, event, journal.Reply(actions, tuple(log))))

    def oracle(self, px: str, *actions, after_ms: int = 1000) -> None:
        self.now_ms += after_ms
        self.turn(events.Oracle(self.now_ms, GOLD, D(px), D(px)), *actions)

    def rung(self, side: Side, px: str, level: int = 0) -> Place:
        self.number += 1
        return Place(f"0x{self.number:032x}", GOLD, side, D(px), D("0.1"), Tif.ALO, role=Role.LADDER, level=level)

    def fill(self, order: Place) -> None:
        self.now_ms += 100
        self.number += 1
        ids = (self.now_ms, GOLD, order.cloid, 7, self.now_ms, self.number)
        self.turn(events.Fill(*ids, order.side, order.px, order.sz))
        booked = ("0", self.number, order.side, order.px, order.sz, False, D(0), D(0))
        self.panel.observe(journal.Traded(self.now_ms, journal.Owner.MAKER, GOLD, 7, *booked))

    def logged(self, **fields: str) -> None:
        self.now_ms += 1000
        line = journal.LogLine("info", "wick_stats", GOLD, "", tuple(fields.items()))
        self.turn(events.Timer(self.now_ms), log=[line])

    def booked(self, net: str, entry: str | None, realised: str) -> None:
        position = journal.BookedPosition(GOLD, D(net), None if entry is None else D(entry), D(realised))
        books = journal.Books((), (position,), False, "none")
        self.panel.observe(journal.BooksTold(self.now_ms, 1, books))

    def word(self, spec_id: str) -> Word:
        self.panel.observe(journal.RunEnded(self.now_ms, (), (), True))
        return next(outcome.word for outcome in self.panel.outcomes() if outcome.spec_id == spec_id)


@pytest.mark.parametrize(("px", "word"), [("4990", Word.VIOLATED), ("4980", Word.HOLDS)])
def test_after_three_ladder_fills_in_a_row_the_next_bid_stands_twice_as_far(px: str, word: Word):
    life = Life(inventory_skew_factor=D(0))
    life.oracle("5000")
    for _ in range(3):
        order = life.rung(BUY, "4990")
        life.oracle("5000", order)
        life.fill(order)
    life.oracle("5000", life.rung(BUY, px))
    assert life.word("ADV-1") is word


def test_a_widened_ladder_without_fills_is_blamed():
    life = Life()
    life.oracle("5000", life.rung(BUY, "4980"))
    assert life.word("ADV-1") is Word.VIOLATED


@pytest.mark.parametrize(("px", "word"), [("4987.1", Word.VIOLATED), ("4990.1", Word.HOLDS)])
def test_moves_of_a_hundredth_of_a_basis_point_are_no_trend(px: str, word: Word):
    life = Life(velocity_skew_enabled=True, inventory_skew_factor=D(0))
    for tick in ("5000.1", "5000.11", "5000.12", "5000.13", "5000.14"):
        life.oracle(tick)
    life.oracle("5000.15", life.rung(BUY, px))
    assert life.word("VEL-2") is word


def walk(life: Life) -> None:
    for at in range(6):
        life.oracle("5000" if at % 2 else "5005")


@pytest.mark.parametrize(
    ("told", "spec_id", "word"),
    [
        ({"n": "5", "p100": "9.995002498750625"}, "VOL-1", Word.HOLDS),
        ({"n": "6", "p100": "9.995002498750625"}, "VOL-1", Word.VIOLATED),
        ({"n": "5", "p99": "9.9"}, "VOL-1", Word.VIOLATED),
        ({"optimal": "9.995002498750625", "optimal_percentile": "P99"}, "VOL-2", Word.HOLDS),
        ({"optimal": "0.0", "optimal_percentile": "P95"}, "VOL-2", Word.VIOLATED),
        ({"p100": "9.995002498750625"}, "VOL-8", Word.HOLDS),
        ({"p100": "0.0"}, "VOL-8", Word.VIOLATED),
        ({"p100": "nan"}, "VOL-8", Word.VIOLATED),
    ],
)
def test_logged_statistics_are_those_of_the_told_prices(told: dict[str, str], spec_id: str, word: Word):
    life = Life(dynamic_offset_enabled=True, wick_min_samples=2)
    walk(life)
    life.logged(**told)
    assert life.word(spec_id) is word


@pytest.mark.parametrize(("px", "word"), [("4985", Word.VIOLATED), ("4980", Word.HOLDS)])
def test_the_outermost_rung_of_an_exponential_ladder_covers_the_largest_move(px: str, word: Word):
    life = Life(
        dynamic_offset_enabled=True,
        wick_min_samples=2,
        num_levels=2,
        level_distribution=LevelDistribution.EXPONENTIAL,
        p100_safety_multiplier=D(4),
    )
    walk(life)
    life.oracle("5000", life.rung(BUY, px, level=1))
    assert life.word("VOL-8") is word


def test_books_that_count_each_fill_once_at_its_price_hold():
    life = Life()
    life.oracle("5000")
    life.fill(life.rung(BUY, "4990"))
    life.fill(life.rung(BUY, "4980"))
    life.booked("0.2", "4985", "0")
    life.fill(life.rung(SELL, "5000"))
    life.booked("0.1", "4985", "1.5")
    assert life.word("INV-1") is Word.HOLDS


@pytest.mark.parametrize("told", [("0.2", "4985", "0"), ("0.1", "4990", "0"), ("0.1", "4980", "1"), ("0.1", None, "0")])
def test_books_with_another_net_entry_or_result_are_blamed(told: tuple[str, str | None, str]):
    life = Life()
    life.oracle("5000")
    life.fill(life.rung(BUY, "4980"))
    life.booked(*told)
    assert life.word("INV-1") is Word.VIOLATED


def found(entry_px: str | None, *told: tuple[str, str | None, str]) -> Word:
    """Begin with a position of 0.2, hear the marks 5000 and 5010, sell 0.1 at 5020; the books told then."""
    life = Life()
    life.now_ms += 1000
    held = events.Position(GOLD, D("0.2"), D(0), None if entry_px is None else D(entry_px))
    life.turn(events.Start(life.now_ms, 2, MakerConfig(), (Market(GOLD, 3),), positions=(held,)))
    life.oracle("5000")
    life.oracle("5010")
    life.fill(life.rung(SELL, "5020"))
    for books in told:
        life.booked(*books)
    return life.word("INV-1")


def test_a_position_found_at_start_is_entered_at_the_first_mark_or_at_the_entry_told():
    assert found(None, ("0.1", "5000", "2")) is Word.HOLDS
    assert found("4900", ("0.1", "5000", "2"), ("0.1", "4900", "12")) is Word.HOLDS


@pytest.mark.parametrize(
    "books", [("0.1", "0", "502"), ("0.1", "5010", "1"), ("0.1", "5000", "12"), ("0.1", None, "2")]
)
def test_a_position_found_at_start_that_costs_something_else_violates_inv_1(books):
    assert found(None, books) is Word.VIOLATED


def test_a_fill_before_any_mark_leaves_the_cost_of_a_position_found_open():
    life = Life()
    life.now_ms += 1000
    held = events.Position(GOLD, D("0.2"))
    life.turn(events.Start(life.now_ms, 2, MakerConfig(), (Market(GOLD, 3),), positions=(held,)))
    life.fill(life.rung(SELL, "5020"))
    life.oracle("5000")
    life.booked("0.1", "4711", "0")
    assert life.word("INV-1") is Word.HOLDS


@pytest.mark.parametrize(("entry_px", "word"), [("4000", Word.HOLDS), ("4100", Word.VIOLATED), ("5000", Word.HOLDS)])
def test_of_unusable_marks_only_the_first_one_may_be_a_found_positions_entry(entry_px: str, word: Word):
    life = Life()
    life.now_ms += 1000
    held = events.Position(GOLD, D("0.2"))
    life.turn(events.Start(life.now_ms, 2, MakerConfig(), (Market(GOLD, 3),), positions=(held,)))
    for mark_px in ("4000", "4100", "5000"):
        life.turn(events.Oracle(life.now_ms, GOLD, D("5000"), D(mark_px)))
    life.booked("0.2", entry_px, "0")
    assert life.word("INV-1") is word
