"""Lives in which ladders, counter-orders, closes and shutdowns stand at limits that no usual life meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mmgate.vectors.case import Case
from mmgate.vectors.corners import SILVER, begun, named, oracle
from mmgate.vectors.endings import signalled
from mmgate.vectors.races import CLOSE_MS, CONFIG
from mmgate.vectors.rare_words import WORDS, fill_at
from mmgate.vectors.stories import SATURDAY_MS, quoting
from mmgate.vectors.teller import GOLD, Standing, Stories, Story, Teller, cases_of
from model import events
from model.actions import Role, Side
from model.config import LevelDistribution

MONDAY_MS = CLOSE_MS + 3 * 3_600_000


def held(size: str, **changes: Any) -> Teller:
    """Begin a life with a position, and let it settle without a price."""
    config = replace(CONFIG, **changes)
    teller = Teller(config, SATURDAY_MS)
    teller.size[GOLD.name] = Decimal(size)
    teller.start()
    teller.settle(5600)
    return teller


def rungs(teller: Teller, side: Side) -> list[Standing]:
    """Return the ladder's orders of a side in order of sending."""
    return [one for one in teller.orders.values() if one.place.side is side and one.place.role is Role.LADDER]


# -- counter-orders


def _no_price_left() -> Teller:
    teller = quoting()
    ask = teller.find(Side.SELL)
    fill_at(teller, ask, "10", "0.001")
    fill_at(teller, teller.find(Side.BUY), "4960.1", "0.00001")
    teller.settle(600)
    return teller


def _price_under_a_tick() -> Teller:
    teller = quoting()
    fill_at(teller, teller.find(Side.SELL), "1862.29", "0.006")
    teller.settle(600)
    return teller


def _adds_at_the_warning() -> Teller:
    teller = held("-0.073")
    teller.price("4966.1")
    teller.acknowledge_all()
    teller.fill(teller.find(Side.BUY), "0.5")
    teller.settle(600)
    return teller


def _no_mark_for_a_counter() -> Teller:
    teller = quoting()
    oracle(teller, GOLD.name, "4966.1", None)
    teller.fill(teller.find(Side.BUY))
    oracle(teller, GOLD.name, "4966.1", "4965")
    teller.settle(600)
    return teller


def _rejected_at_the_end() -> Teller:
    teller = quoting()
    teller.fill(teller.find(Side.BUY))
    teller.tell(events.Shutdown(teller.after(50), "signal"))
    teller.rejected(teller.find(Side.SELL, Role.COUNTER))
    teller.fill(teller.find(Side.SELL), "0.5")
    teller.settle(600)
    return teller


def _rejected_after_the_fall() -> Teller:
    teller = quoting()
    teller.fill(teller.find(Side.BUY))
    counter = teller.find(Side.SELL, Role.COUNTER)
    teller.fill(teller.find(Side.SELL))
    teller.rejected(counter)
    teller.settle(600)
    return teller


def _over_the_limit_at_the_fill() -> Teller:
    teller = quoting(max_position_usd=Decimal(60))
    fill_at(teller, teller.find(Side.BUY), "4960.1", "0.006", "5010")
    teller.price("4966.1")
    teller.settle(600)
    return teller


def _meets_a_rung() -> Teller:
    teller = quoting(num_levels=2, level_spacing_bps=Decimal(40))
    teller.fill(rungs(teller, Side.BUY)[1])
    teller.settle(600)
    teller.canceled(rungs(teller, Side.BUY)[0])
    teller.timer()
    return teller


def _waits_for_another_mark() -> Teller:
    teller = quoting()
    teller.fill(teller.find(Side.BUY), "0.1")
    for px in ("4966.2", "4966.3"):
        teller.price(px)
    teller.fill(teller.find(Side.BUY), "0.5")
    teller.settle(600)
    return teller


# -- ladders


def _between(px: str) -> Story:
    """Let an order of the other side keep level 0 pending until the price has fallen to `px`."""

    def tell() -> Teller:
        teller = quoting(
            num_levels=2,
            min_requote_change_bps=Decimal(25),
            requote_interval_ms=60_000,
            max_position_usd=Decimal(900),
        )
        ask = rungs(teller, Side.SELL)[0]
        old = [one for one in teller.orders.values() if one is not ask]
        teller.price("4981")
        for order in old:
            teller.canceled(order)
        teller.acknowledge_all()
        teller.price(px)
        teller.canceled(ask)
        teller.timer()
        return teller

    return tell


def _minimum_itself() -> Teller:
    teller = begun(replace(CONFIG, size_per_level_usd=Decimal("10.02")))
    teller.price("4004.9")
    assert teller.find(Side.BUY).place.px * teller.find(Side.BUY).place.sz == GOLD.min_notional_usd
    return teller


def _no_rung_left() -> Teller:
    teller = begun(CONFIG, markets=(replace(GOLD, sz_decimals=0),))
    teller.price("31")
    teller.acknowledge_all()
    teller.price("61", ms=2100)
    teller.settle(600)
    return teller


def _another_level() -> Teller:
    teller = begun(replace(CONFIG, num_levels=3, max_position_usd=Decimal(150)))
    teller.price("5000")
    teller.acknowledge_all()
    teller.price("4995", ms=2100)
    teller.settle(600)
    return teller


def _beside_a_close() -> Teller:
    teller = quoting(max_position_usd=Decimal(60), inventory_warn_ratio=Decimal("0.5"), counter_order_enabled=False)
    teller.fill(teller.find(Side.BUY))
    teller.canceled(teller.find(Side.SELL))
    teller.price("4700", ms=2100)
    teller.acknowledge_all()
    close = teller.find(Side.SELL, Role.FLATTEN)
    teller.done(close)
    teller.settle(600)
    return teller


def _two_ladders() -> Teller:
    teller = Teller(CONFIG, SATURDAY_MS, (GOLD, SILVER))
    teller.start()
    teller.settle(5600)
    oracle(teller, SILVER.name, "31.25", "31.25")
    teller.price("4966.1")
    teller.acknowledge_all()
    teller.price("4972", ms=2100)
    for _ in range(3):
        teller.settle(3500)
        oracle(teller, SILVER.name, "31.25", "31.25")
    return teller


def _fills_in_a_row() -> Teller:
    teller = quoting(adverse_consecutive_fills=2, adverse_decay_ms=0, counter_order_enabled=False)
    for _ in range(2):
        teller.fill(teller.find(Side.BUY))
        teller.price("4966.1", ms=2100)
        teller.acknowledge_all()
    teller.after(400_000)
    teller.price("4966.1")
    return teller


def _still_dead() -> Teller:
    teller = begun(replace(CONFIG, dynamic_offset_enabled=True, wick_min_samples=2, wick_window_size=8))
    for ms in (1000, 1000, 1000, 2000, 61_000):
        teller.price("4966.1", ms=ms)
    return teller


def _counted_while_halted() -> Teller:
    dynamic = replace(CONFIG, dynamic_offset_enabled=True, wick_min_samples=2, wick_window_size=8)
    teller = Teller(dynamic, SATURDAY_MS, (GOLD, SILVER))
    teller.start()
    for at in range(6):
        oracle(teller, SILVER.name, f"31.{20 + 7 * at}", f"31.{20 + 7 * at}", 500)
        teller.price(f"{4966 + 5 * at}.1", ms=500)
        teller.answer_queries()
    oracle(teller, SILVER.name, "31.2", "31.2")
    teller.price("4966.1")
    return teller


def _without_statistics() -> Teller:
    curved = replace(
        CONFIG, num_levels=3, level_distribution=LevelDistribution.EXPONENTIAL, size_per_level_usd=Decimal(40)
    )
    teller = begun(replace(curved, wick_min_samples=2, wick_window_size=8))
    for at in range(8):
        teller.price(f"{4966 + 30 * (at % 2)}.1", ms=500)
        teller.answer_queries()
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.price("4966.1", ms=2100)
    return teller


def _younger_losses_stay() -> Teller:
    teller = quoting(max_hourly_drawdown_usd=Decimal(5), oracle_max_age_ms=0, reconcile_interval_ms=86_400_000)
    teller.taker_fill(Side.SELL, "4960", "0.01", "-3")
    teller.after(1_800_000)
    teller.taker_fill(Side.SELL, "4955", "0.01", "-6")
    for order in list(teller.orders.values()):
        teller.canceled(order)
    for ms in (1_801_000, 1_800_000):
        teller.after(ms)
        teller.price("4966.1")
    return teller


# -- closes and shutdowns


def _late_words_on_closes() -> Teller:
    teller = signalled()
    closes = [teller.find(Side.SELL, Role.FLATTEN)]
    teller.rejected(closes[0])
    teller.canceled(closes[0])
    teller.settle(3000)
    closes.append(teller.find(Side.SELL, Role.FLATTEN))
    assert closes[0] is not closes[1]
    teller.tell(events.Done(teller.after(20), *named(closes[0]), Decimal(0)))
    teller.canceled(closes[0])
    teller.rejected(closes[0])
    teller.fill(closes[0], "0.5", crossed=True)
    teller.tell(events.Done(teller.after(20), *named(closes[1]), Decimal("0.004")))
    teller.canceled(closes[1])
    teller.settle(9000)
    return teller


def _close_without_a_price() -> Teller:
    teller = held("-5")
    teller.price("0.004")
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    teller.settle(600)
    teller.price("0.5", ms=2100)
    return teller


def _close_without_a_lot() -> Teller:
    teller = held("0.00001", max_position_usd=Decimal("0.05"))
    teller.price("4966.1")
    teller.settle(600)
    return teller


def _emergency_at_the_end() -> Teller:
    teller = quoting(max_position_usd=Decimal(70), counter_order_enabled=False)
    teller.fill(teller.find(Side.BUY))
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    teller.price("5650", ms=2100)
    teller.settle(600)
    return teller


def _nothing_left_to_close() -> Teller:
    teller = quoting(counter_order_enabled=False)
    bid = teller.find(Side.BUY)
    teller.taker_fill(Side.SELL, "4960", str(bid.left))
    teller.fill(bid)
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    teller.canceled(teller.find(Side.SELL))
    teller.settle(3000)
    return teller


def _opens_after_midnight() -> Teller:
    teller = quoting(CLOSE_MS - 10_000, weekend_only=False)
    teller.now_ms = CLOSE_MS
    teller.timer(1)
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.settle(2500)
    teller.now_ms = MONDAY_MS - 500
    teller.settle(1500)
    teller.price("4966.1")
    return teller


def _switch_offline() -> Teller:
    teller = quoting(dead_man_ms=6000)
    teller.price("4972", ms=2100)
    teller.tell(events.Disconnected(teller.after(100)))
    teller.settle(3000)
    teller.tell(events.Connected(teller.after(100)))
    teller.settle(600)
    return teller


LIMITS: Stories = {
    "counter/no-price-left": (
        _no_price_left, "a fill so far from the mark, and one so small, that none can answer it", "L-8 L-8a", "CTR-1"
    ),
    "counter/under-a-tick": (_price_under_a_tick, "a price that rounds to nothing", "L-8a Q-9", "CTR-1 TCK-1"),
    "counter/adds-at-the-warning": (_adds_at_the_warning, "it would add to the position", "L-8a I-3", "INV-2 CTR-1"),
    "counter/no-mark": (_no_mark_for_a_counter, "a fill while no mark is usable", "L-8a Q-0", "CTR-1 ROB-2"),
    "counter/rejected-at-the-end": (_rejected_at_the_end, "after the shutdown none is made", "L-8a L-9", "CTR-4"),
    "counter/rejected-after-the-fall": (_rejected_after_the_fall, "the position it took off is gone", "L-8a", "CTR-4"),
    "counter/over-the-limit": (_over_the_limit_at_the_fill, "no room for it at the mark", "L-8a I-5", "INV-3 CTR-3"),
    "counter/meets-a-rung": (_meets_a_rung, "it waits for the rung that it would meet", "L-8a L-13", "ORD-11 CTR-1"),
    "counter/another-mark": (_waits_for_another_mark, "what waits is priced at the mark then", "L-8a", "CTR-1"),
    "ladder/on-another-rung": (_between("4976"), "a pending rung falls on a resting one", "L-3 Q-10", "OFF-4"),
    "ladder/beyond-another-rung": (_between("4974"), "a pending rung falls outside a resting one", "L-3 Q-10", "OFF-4"),
    "ladder/minimum-itself": (_minimum_itself, "a rung worth exactly the minimum is sent", "Q-9", "TCK-1"),
    "ladder/no-rung-left": (_no_rung_left, "at the new price every rung is under a lot", "L-3 Q-9", "ORD-10 TCK-1"),
    "ladder/another-level": (_another_level, "a resting rung stays as one of another level", "L-3 I-5", "ORD-15 INV-3"),
    "ladder/beside-a-close": (_beside_a_close, "a ladder while a close is under way", "I-4 I-5", "INV-2 INV-3"),
    "ladder/two-markets": (_two_ladders, "an unanswered cancel halts its own market", "L-6 L-13", "HLT-1"),
    "ladder/no-decay": (_fills_in_a_row, "0: fills in a row are never forgotten", "I-6", "ADV-1"),
    "ladder/still-dead": (_still_dead, "wicks of 0, said again after a minute", "V-10", "VOL-8 LOG-1"),
    "ladder/counted-while-halted": (
        _counted_while_halted, "statistics of two markets, from prices told while quoting is halted", "V-6 V-7", "VOL-6"
    ),
    "ladder/statistics-off": (
        _without_statistics, "a fixed offset's exponential ladder takes no wicks", "Q-3 C-1", "CFG-2 OFF-1"
    ),
    "gate/younger-losses": (_younger_losses_stay, "the gate forgets a loss after an hour, no other", "I-7", "RSK-1"),
    "close/late-words": (_late_words_on_closes, "words on a close while another is under way", "L-9", "ORD-3"),
    "close/no-price": (_close_without_a_price, "a price that rounds to nothing closes nothing", "L-9 Q-9", "ORD-3"),
    "close/no-lot": (_close_without_a_lot, "a position under a lot can't be closed", "I-4 Q-9", "INV-2"),
    "close/emergency-at-the-end": (_emergency_at_the_end, "the emergency while shutting down", "I-4 L-9", "ORD-3"),
    "close/nothing-left": (_nothing_left_to_close, "the account's net position is 0", "L-9", "ORD-3"),
    "shutdown/opens-again": (_opens_after_midnight, "a maker that quotes all week goes on", "S-1 S-2", "SES-1 ORD-4"),
    "switch/offline": (_switch_offline, "the switch is not renewed while disconnected", "L-10 L-14", "DMS-1"),
}  # fmt: skip


def rarities() -> Iterator[Case]:
    """Yield the lives of both pages."""
    yield from cases_of({**WORDS, **LIMITS}, "rare", "boundary")
