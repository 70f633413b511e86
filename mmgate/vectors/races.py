"""Two things happen to one order, in either order: every ordered pair of what can race at a venue.

Some pairs no venue would tell (an acknowledgement after a rejection). They are asked all the same: a maker answers
whatever it is told (N-6), and a port must answer as the reference does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from mmgate.vectors.case import Case
from mmgate.vectors.teller import Standing, Teller
from model import events
from model.actions import Side
from model.config import MakerConfig

CLOSE_MS = 1_770_584_400_000
"""Sunday 8 February 2026, 21:00 UTC."""
LEAD_MS = 30_000
SETTLE_MS = 3_000

CONFIG = MakerConfig(
    enabled=True,
    num_levels=1,
    min_offset_bps=Decimal(12),
    size_per_level_usd=Decimal(60),
    max_position_usd=Decimal(400),
    counter_order_enabled=True,
)

Happening = Callable[[Teller, Standing], object]


def _window(teller: Teller, _order: Standing) -> object:
    teller.now_ms = max(teller.now_ms, CLOSE_MS)
    return teller.tell(events.Timer(teller.now_ms))


def _restart(teller: Teller, _order: Standing) -> object:
    teller.after(40)
    return teller.start()


HAPPENINGS: dict[str, Happening] = {
    "ack": lambda t, order: t.ack(order),
    "fill": lambda t, order: t.fill(order),
    "partial-fill": lambda t, order: t.fill(order, "0.5"),
    "cancel-ack": lambda t, order: t.canceled(order),
    "cancel-reject": lambda t, order: t.cancel_rejected(order),
    "reject": lambda t, order: t.rejected(order),
    "requote": lambda t, _order: t.price("4970.2", ms=40),
    "window": _window,
    "signal": lambda t, _order: t.tell(events.Shutdown(t.after(40), "signal")),
    "disconnect": lambda t, _order: t.tell(events.Disconnected(t.after(40))),
    "restart": _restart,
}
"""What can happen to one order, by name."""


def opened() -> tuple[Teller, Standing]:
    """Begin a life shortly before the window closes, with one bid and one ask sent; return the bid."""
    teller = Teller(CONFIG, CLOSE_MS - LEAD_MS)
    teller.start()
    teller.answer_queries()
    teller.settle(5500)
    teller.price("4966.1")
    return teller, teller.find(Side.BUY)


def race(first: str, second: str) -> Case:
    """Tell one race, and what follows it."""
    teller, order = opened()
    for name in (first, second):
        if not (order.left == 0 and "fill" in name):
            HAPPENINGS[name](teller, order)
    teller.settle(SETTLE_MS)
    why = f"on one order: {first}, then {second}"
    return teller.case(f"race/{first}/{second}", why, "L-1 L-2 L-4 L-5", "ORD-1 ORD-2 FIL-1 ROB-1", "race")


def races(names: tuple[str, ...] = tuple(HAPPENINGS)) -> Iterator[Case]:
    """Yield the races of every ordered pair, a thing twice among them."""
    for first in names:
        for second in names:
            yield race(first, second)
