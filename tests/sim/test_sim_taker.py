"""The other strategy as a participant: it decides by itself, and the maker is told of its fills."""

from __future__ import annotations

from decimal import Decimal as D

from model import events, journal
from model.actions import Side
from model.journal import Owner
from sim.script import Crash, Restart, SetPrices, TakerTrades, WorldTrade

M = "xyz:GOLD"
FOLLOWS = TakerTrades(100, 60_000, M, D(500), D(10), D(30), 5_000, D(200))


def prices(*told: tuple[int, str]) -> list[SetPrices]:
    return [SetPrices(at_ms, M, D(px), D(px)) for at_ms, px in told]


def traded(seen) -> list[tuple[str, Side]]:
    return [(one.owner, one.side) for one in seen.of(journal.Traded)]


def test_it_follows_a_rise_and_closes_when_it_has_held_long_enough(play):
    told = prices((1000, "100"), (2000, "100.5"), (4000, "100.6"), (8500, "100.6"))
    seen = play([], FOLLOWS, *told, end_ms=12_000)
    assert traded(seen) == [(Owner.TAKER, Side.BUY), (Owner.TAKER, Side.SELL)]
    assert [fill.side for fill in seen.told(events.TakerFill)] == [Side.BUY, Side.SELL]
    assert seen.told(events.Fill) == []
    assert seen.records[-1].positions[0].size == 0


def test_it_follows_a_fall_and_stops_its_loss(play):
    told = prices((1000, "100"), (2000, "99.5"), (3000, "99.9"))
    seen = play([], FOLLOWS, *told, end_ms=6_000)
    assert traded(seen) == [(Owner.TAKER, Side.SELL), (Owner.TAKER, Side.BUY)]
    assert sum(one.closed_pnl for one in seen.told(events.TakerFill)) < 0


def test_a_still_market_and_unusable_prices_tempt_it_to_nothing(play):
    seen = play([], FOLLOWS, *prices((1000, "100"), (2000, "100.05"), (3000, "0"), (4000, "-5")), end_ms=6_000)
    assert traded(seen) == []


def test_it_goes_on_while_the_maker_is_dead_and_the_next_life_is_told(play, scripted, order):
    maker = scripted([(500, order(1, Side.SELL, "102", sz="3"))])
    told = prices((1000, "100"), (2500, "100.5"), (9000, "100.5"))
    mine = WorldTrade(3500, M, Side.BUY, D(103), D(20))
    seen = play(maker, FOLLOWS, *told[:1], Crash(2000), told[1], mine, Restart(6000), told[2], end_ms=12_000)
    second = maker.starts[1]
    assert {type(fill) for fill in second.fills} == {events.Fill, events.TakerFill}
    (position,) = second.positions
    assert position.taker_size > 0
    assert position.size - position.taker_size == -3
    assert [fill.side for fill in seen.told(events.TakerFill)] == [Side.SELL]


def test_an_end_is_an_end(play):
    short = TakerTrades(100, 1500, M, D(500), D(10), D(30), 5_000, D(200))
    assert traded(play([], short, *prices((1000, "100"), (2000, "101")), end_ms=6_000)) == []
