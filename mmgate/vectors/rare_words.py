"""Lives in which words, fills, starts and answers are as odd as can be: each takes branches that no usual one takes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from mmgate.vectors.corners import OTHER_GOLD, SILVER, begun, named, oracle
from mmgate.vectors.endings import WEDNESDAY_MS
from mmgate.vectors.races import CONFIG
from mmgate.vectors.stories import SATURDAY_MS, quoting
from mmgate.vectors.teller import GOLD, Standing, Stories, Story, Teller
from model import events
from model.actions import Role, Side
from model.events import OpenOrder, Position, Start

FORGET_MS = 601_000
"""After so long an ended order's role is forgotten (L-4)."""
LOTS = Decimal("0.003")
MANY = 65
"""More ended orders than the reference keeps in one piece of its memory."""


def own(number: int, market: str = GOLD.name, side: Side = Side.BUY, sz: Decimal = LOTS) -> OpenOrder:
    """Return an open order with the prefix of the maker, of a life that nobody remembers."""
    return OpenOrder(market, 600 + number, f"0x{CONFIG.cloid_prefix}{number:024x}", side, Decimal("4950"), sz)


def resting(teller: Teller, order: OpenOrder, remaining: Decimal | None = None) -> None:
    """Tell that such an order rests."""
    left = order.remaining if remaining is None else remaining
    teller.tell(events.Resting(teller.after(20), order.market, order.cloid, order.oid, order.px, left))


def fill_at(teller: Teller, order: Standing, px: str, sz: str, mark: str | None = None) -> None:
    """Tell a fill of an order at any price, with any mark."""
    size, place = Decimal(sz), order.place
    order.left -= size
    order.over = order.left <= 0
    teller.size[place.market] += size * place.side.sign
    at_ms = teller.after(20)
    tid = 8000 + len(teller.steps)
    told = None if mark is None else Decimal(mark)
    teller.tell(events.Fill(at_ms, *named(order), at_ms - 10, tid, place.side, Decimal(px), size, mark_px=told))


# -- orders that no one sent


def _found_by_resting() -> Teller:
    teller = quoting(reconcile_interval_ms=1000)
    told, filled, empty = own(1), own(2), own(3)
    for order in (told, filled):
        resting(teller, order)
    resting(teller, empty, Decimal(0))
    teller.tell(events.Resting(teller.after(20), GOLD.name, None, None, Decimal(4950), LOTS))
    fill = (Side.BUY, filled.px, LOTS / 3)
    teller.size[GOLD.name] += LOTS / 3
    teller.tell(events.Fill(teller.after(20), GOLD.name, filled.cloid, filled.oid, teller.now_ms, 7600, *fill))
    teller.price("4970.1", ms=300)
    teller.strangers += [told, replace(own(4), cloid=None)]
    teller.timer(1000)
    teller.answer_queries()
    for order in (told, filled, empty):
        teller.tell(events.Canceled(teller.after(20), GOLD.name, order.cloid, None))
    teller.strangers.clear()
    teller.settle(1500)
    return teller


def _found_at_the_warning() -> Teller:
    teller = quoting(max_position_usd=Decimal(70), counter_order_enabled=False)
    teller.fill(teller.find(Side.BUY))
    resting(teller, own(1))
    resting(teller, own(2, side=Side.SELL))
    teller.settle(600)
    return teller


def _found_in_the_end() -> Teller:
    teller = quoting(counter_order_enabled=False)
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.timer()
    teller.answer(positions=(Position(GOLD.name, LOTS),))
    teller.timer(1000)
    teller.answer((own(1),))
    teller.tell(events.Canceled(teller.after(20), GOLD.name, own(1).cloid, own(1).oid))
    teller.settle(3000)
    return teller


def _in_markets_that_were_not_told() -> Teller:
    teller = Teller(CONFIG, SATURDAY_MS)
    orders = tuple(own(number, "xyz:TIN") for number in (1, 2, 3))
    positions = (Position("xyz:TIN", Decimal(5)), Position(GOLD.name, LOTS))
    teller.size[GOLD.name] = LOTS
    teller.begin(Start(SATURDAY_MS, 1, CONFIG, (GOLD,), orders, positions))
    gone, refused, absent = ((one.market, one.cloid, one.oid) for one in orders)
    teller.tell(events.Canceled(teller.after(50), *gone))
    for _ in range(2):
        teller.tell(events.Rejected(teller.after(50), *refused, "refused"))
    teller.settle(5500)
    teller.tell(events.Canceled(teller.after(50), *absent))
    teller.tell(events.Canceled(teller.after(50), GOLD.name, None, None))
    oracle(teller, GOLD.name, "4966.1", None)
    oracle(teller, GOLD.name, "4966.1", None)
    oracle(teller, GOLD.name, "4966.1", "4966")
    teller.settle(5500)
    return teller


def _outside_the_window() -> Teller:
    teller = Teller(CONFIG, WEDNESDAY_MS)
    teller.start()
    teller.settle(1200)
    resting(teller, own(1))
    teller.tell(events.Canceled(teller.after(20), GOLD.name, own(1).cloid, own(1).oid))
    teller.settle(6000)
    return teller


# -- fills


def _fills_without_a_name() -> Teller:
    teller = quoting(counter_order_enabled=False)
    bid, now_ms = teller.find(Side.BUY), teller.now_ms
    px, sz, name = bid.place.px, Decimal("0.001"), named(bid)
    teller.tell(events.Fill(teller.after(20), GOLD.name, None, 4720, now_ms, 7700, Side.BUY, px, sz))
    teller.tell(events.Fill(teller.after(20), *name, now_ms, 7701, Side.BUY, px, sz, mark_px=Decimal(0)))
    late = events.Fill(teller.after(20), *name, now_ms, 7702, Side.BUY, px, sz, mark_px=Decimal(4999), snapshot=True)
    teller.tell(late)
    teller.tell(events.Fill(teller.after(20), *name, -1, 7703, Side.BUY, px, sz))
    teller.tell(events.TakerFill(teller.after(20), GOLD.name, None, 4721, now_ms, 7704, Side.BUY, px, sz))
    teller.size[GOLD.name] += sz * 4
    teller.taker[GOLD.name] += sz
    bid.left -= sz * 2
    teller.settle(600)
    return teller


def _before_any_price(mark: str | None) -> Story:
    def tell() -> Teller:
        teller = Teller(replace(CONFIG, max_position_usd=Decimal(100)), SATURDAY_MS)
        teller.size[GOLD.name] = Decimal("0.02")
        teller.start()
        teller.size[GOLD.name] -= LOTS
        at_ms = teller.after(300)
        fill = (GOLD.name, own(9).cloid, 609, at_ms - 10, 7800, Side.SELL, Decimal(4960), LOTS)
        teller.tell(events.Fill(at_ms, *fill, mark_px=None if mark is None else Decimal(mark)))
        teller.settle(6000)
        teller.price("4966.1")
        return teller

    return tell


def _revived_by_a_part() -> Teller:
    teller = begun(CONFIG)
    teller.price("4966.1")
    bid = teller.find(Side.BUY)
    teller.settle(11_500)
    teller.fill(bid, "0.5")
    teller.canceled(bid)
    teller.settle(1200)
    return teller


def _fill_in_another_market() -> Teller:
    teller = Teller(CONFIG, SATURDAY_MS, (GOLD, SILVER))
    teller.start()
    teller.settle(5600)
    for _ in range(2):
        oracle(teller, SILVER.name, "31.25", "31.25")
        teller.price("4966.1", ms=2100)
        teller.acknowledge_all()
    bid = [one for one in teller.orders.values() if one.place.market == GOLD.name and one.place.side is Side.BUY][-1]
    told = (SILVER.name, bid.place.cloid, bid.oid, teller.now_ms, 7900, Side.BUY, Decimal("31.2"), Decimal("0.1"))
    teller.tell(events.Fill(teller.after(20), *told))
    teller.size[SILVER.name] += Decimal("0.1")
    teller.price("4966.1", ms=2100)
    teller.settle(12_500)
    return teller


# -- words on orders


def _sent_again_or_not_yet() -> Teller:
    teller = quoting()
    bid, ask = teller.find(Side.BUY), teller.find(Side.SELL)
    teller.price("4972", ms=2100)
    teller.tell(events.SendFailed(teller.after(10), *named(bid), "paused"))
    teller.tell(events.Unknown(teller.after(10), *named(ask), "cancel"))
    for _ in range(3):
        teller.timer(100)
    teller.tell(events.Disconnected(teller.after(50)))
    teller.tell(events.Connected(teller.after(900)))
    teller.settle(1500)
    return teller


def _refused_twice() -> Teller:
    teller = begun(CONFIG)
    teller.price("4966.1")
    ask = teller.find(Side.SELL)
    teller.rejected(ask)
    teller.rejected(ask)
    teller.settle(600)
    return teller


def _by_number_after_long() -> Teller:
    teller = quoting(oracle_max_age_ms=0, reconcile_interval_ms=86_400_000)
    bid = teller.find(Side.BUY)
    teller.canceled(bid)
    teller.after(FORGET_MS)
    teller.tell(events.Canceled(teller.after(20), GOLD.name, None, bid.oid))
    teller.settle(600)
    return teller


def _many_ended() -> Teller:
    teller = Teller(replace(CONFIG, reconcile_interval_ms=86_400_000), SATURDAY_MS)
    teller.strangers += [own(number) for number in range(MANY)]
    teller.start()
    teller.strangers.clear()
    teller.settle(6000)
    teller.after(FORGET_MS)
    teller.price("4966.1")
    teller.rejected(teller.find(Side.SELL))
    teller.tell(events.Canceled(teller.after(20), GOLD.name, own(0).cloid, own(0).oid))
    return teller


# -- answers


def _corrected_without_a_mark() -> Teller:
    teller = begun(replace(CONFIG, reconcile_interval_ms=1000, counter_order_enabled=False))
    for mark in ("", "4966", None, "0", "-4"):
        if mark != "":
            oracle(teller, GOLD.name, "4966.1", mark)
        teller.size[GOLD.name] += LOTS
        teller.settle(7000)
    teller.size[GOLD.name] += LOTS
    teller.settle(1500)
    teller.size[GOLD.name] += LOTS
    teller.settle(600)
    return teller


def _answers_of_two_minds() -> Teller:
    teller = quoting(reconcile_interval_ms=1000)
    bid, ask = teller.find(Side.BUY), teller.find(Side.SELL)
    teller.timer(1000)
    teller.canceled(bid)
    left = OpenOrder(GOLD.name, bid.oid, bid.place.cloid, Side.BUY, bid.place.px, bid.left)
    right = OpenOrder(GOLD.name, ask.oid, ask.place.cloid, Side.SELL, ask.place.px, ask.left)
    teller.answer((left, right))
    for size in ("0.01", "0.02"):
        teller.timer(1100)
        teller.answer((right,), (Position(GOLD.name, Decimal(size)),))
    teller.settle(600)
    return teller


def _impatient(sent_timeout_ms: int) -> Story:
    def tell() -> Teller:
        teller = begun(replace(CONFIG, sent_timeout_ms=sent_timeout_ms))
        teller.price("4966.1")
        for _ in range(9):
            teller.timer(200)
            teller.answer_queries()
        return teller

    return tell


def _since_the_epoch() -> Teller:
    teller = Teller(replace(CONFIG, weekend_only=False), 0)
    teller.start()
    teller.answer(ms=0)
    for _ in range(6):
        teller.timer(1000)
        teller.answer_queries()
    teller.price("4966.1")
    return teller


# -- names, and what observes


def _by_its_full_name() -> Teller:
    teller = Teller(replace(CONFIG, markets=("xyz:SILVER",)), SATURDAY_MS, (GOLD, SILVER, OTHER_GOLD))
    teller.start()
    teller.settle(5600)
    for market in (GOLD, SILVER, OTHER_GOLD):
        oracle(teller, market.name, "31.25", "31.25")
    return teller


def _observing_a_close() -> Teller:
    teller = Teller(replace(CONFIG, enabled=False), SATURDAY_MS)
    teller.size[GOLD.name] = Decimal("0.01")
    teller.start()
    teller.settle(5600)
    teller.price("4966.1")
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    teller.timer()
    close = teller.find(Side.SELL, Role.FLATTEN)
    teller.fill(close, crossed=True)
    teller.done(close)
    teller.settle(1500)
    return teller


WORDS: Stories = {
    "found/by-resting": (_found_by_resting, "own orders that only `resting` tells of", "L-7 L-4 N-6", "ORD-7 FIL-2"),
    "found/at-the-warning": (_found_at_the_warning, "an own order of unknown side at the warning", "I-3 L-7", "INV-2"),
    "found/in-the-end": (_found_in_the_end, "the answer that could end a shutdown tells an own order", "L-9", "ORD-5"),
    "found/elsewhere": (
        _in_markets_that_were_not_told, "own orders and a position in a market that was not told", "S-5 L-7", "ORD-7"
    ),
    "found/outside-the-window": (_outside_the_window, "an own order while no market is quoted", "S-3 L-9", "ORD-4"),
    "fills/without-a-name": (_fills_without_a_name, "fills without a cloid, a mark, a time", "L-4 L-11", "FIL-2"),
    "fills/before-any-price": (_before_any_price("4965"), "a fill tells the first mark", "S-5 I-1 Q-0", "FIL-2 INV-1"),
    "fills/before-any-mark": (_before_any_price(None), "a fill comes before any mark", "S-5 I-1", "FIL-2 INV-1"),
    "fills/part-of-an-absent-one": (_revived_by_a_part, "an order thought absent is filled in part", "L-7a", "ORD-7"),
    "fills/in-another-market": (_fill_in_another_market, "a fill by the name of an order elsewhere", "L-4", "FIL-2"),
    "words/sent-again": (_sent_again_or_not_yet, "a cancel that never left waits its 250 ms", "L-5 L-14", "ORD-13"),
    "words/refused-twice": (_refused_twice, "a rejection told twice", "L-5 N-6", "ROB-1"),
    "words/by-number": (_by_number_after_long, "a word by oid on an order ended long ago", "L-4", "FIL-2"),
    "words/many-ended": (_many_ended, "a former life's many orders end, and are forgotten", "L-4 S-5", "ORD-7"),
    "answers/no-mark": (_corrected_without_a_mark, "a position corrected while no mark is usable", "L-7 I-1", "FIL-3"),
    "answers/of-two-minds": (_answers_of_two_minds, "answers that differ, one overtaken", "L-7 L-7a", "FIL-3 ORD-1"),
    "answers/asked-at-600": (_impatient(600), "a time-out under a second: asked again as soon", "L-7a L-6", "ORD-13"),
    "answers/asked-at-200": (_impatient(200), "a time-out under 250 ms: asked again after 250", "L-7a L-6", "ORD-13"),
    "time/epoch": (_since_the_epoch, "a life that begins at time 0", "N-4", "ROB-1"),
    "markets/full-name": (_by_its_full_name, "a market by its full name", "C-1", "CFG-5"),
    "observation/close": (_observing_a_close, "observation closes what a start finds", "L-9 I-8", "OBS-1"),
}  # fmt: skip
