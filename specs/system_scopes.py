"""What is searched: small scopes that close, each with a few deeds of the world and at most a fault or two.

One market, one level a side, three prices, counter-orders on. Times are short multiples of `STEP_MS`, so that every
limit of the maker is reached within a few steps; a limit that these scopes leave out is switched off in `CONFIG`.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from model.config import CounterTif, MakerConfig
from specs.system_parts import FAULTS, ORACLES, Scope

CONFIG = MakerConfig(
    enabled=True,
    size_per_level_usd=Decimal(20),
    max_position_usd=Decimal(50),
    counter_order_enabled=True,
    counter_max_open=1,
    counter_max_age_ms=3_000,
    sent_timeout_ms=1_500,
    requote_interval_ms=1_000,
    stale_cancel_timeout_ms=2_000,
    flatten_max_attempts=2,
    reconcile_interval_ms=86_400_000,
    oracle_max_age_ms=0,
    adverse_consecutive_fills=0,
)
"""The maker's config: no periodic reconcile, no age of prices and no adverse selection, which would only add phases."""
CONFIG_IOC = replace(CONFIG, counter_order_tif=CounterTif.IOC)
CONFIG_TWO = replace(CONFIG, num_levels=2)
CONFIG_PLAIN = replace(CONFIG, counter_order_enabled=False)
WINDOW_STEPS = 3
ALL_PRICES = tuple(range(len(ORACLES)))
NEAR_PRICES = (0, 1)
"""Those that fill nothing by themselves."""

_STORIES: dict[str, str] = {
    "price": "a price moves",
    "trade": "the world takes an order",
    "partial": "the world takes half an order",
    "taker": "the other strategy meets an own order, which the venue cancels unasked",
    "signal": "the maker is told to shut down",
    "disconnect": "the connection is lost",
    "crash": "the process dies",
    "silence": "the process stands still for a step",
    "delay": "messages are a step late once",
    "reorder": "one message overtakes another",
    "duplicate_fill": "a fill is told twice",
}


def scope(
    *deeds: str,
    window: int = 0,
    config: MakerConfig = CONFIG,
    prices: tuple[int, ...] = ALL_PRICES,
    rests: bool = False,
    note: str = "",
    **more: int,
) -> Scope:
    """Return the scope of these deeds, each once, or as often as `more` says."""
    budgets = {**dict.fromkeys(deeds, 1), **more}
    parts = [name if often == 1 else f"{name} × {often}" for name, often in budgets.items()]
    parts += [f"window in {window} steps"] if window else []
    parts += [note] if note else []
    why = "; ".join(_STORIES.get(name, f"{name} once") for name in budgets) or "time passes"
    return Scope(" + ".join(parts) or "nothing", why, config, budgets, window, prices, rests)


MESSAGE_FAULTS = tuple(name for name in FAULTS if name not in ("disconnect", "crash", "silence"))

QUICK: tuple[Scope, ...] = (
    scope("price"),
    scope("disconnect"),
    scope("trade"),
    scope("partial"),
    scope("trade", window=WINDOW_STEPS),
    scope("crash"),
    scope("crash", "signal"),
    scope("crash", window=WINDOW_STEPS),
    scope("taker", "signal"),
    *(scope(name, "signal") for name in MESSAGE_FAULTS),
)
"""What closes within seconds."""
STANDARD: tuple[Scope, ...] = (
    *QUICK,
    *(scope(name, "price") for name in MESSAGE_FAULTS if name != "post_only_mode"),
    scope("post_only_mode", "trade", "signal"),
    scope("silence", "price"),
    scope("taker", "price"),
    scope("trade", "signal"),
    scope("trade", "signal", config=CONFIG_IOC, note="counter-orders ioc"),
    scope("partial", "signal"),
    scope("duplicate_fill", "partial", "trade"),
    scope("unknown_reply", trade=2),
    scope("crash", "trade"),
    scope("crash", "partial"),
    scope("crash", "price"),
    scope("crash", "disconnect"),
    scope(crash=2),
    scope("disconnect", "signal"),
    scope("disconnect", window=2),
    scope("price", window=2),
    scope("partial", window=2),
    scope("signal", window=2),
    scope(signal=2),
    scope("price", "signal"),
    scope("partial", "price", prices=NEAR_PRICES, note="near prices"),
    scope(price=2, prices=NEAR_PRICES, note="near prices"),
    scope("reorder", "signal", "crash"),
    scope("silence", "price", window=2, prices=NEAR_PRICES, rests=True, note="ladder at rest"),
    scope(
        "refuse_cancel", "silence", "price", "signal",
        config=CONFIG_PLAIN, prices=NEAR_PRICES, rests=True, note="ladder at rest, no counter-orders",
    ),
    scope(disconnect=2, rests=True, note="ladder at rest"),
    scope("partial", "disconnect", config=CONFIG_PLAIN, rests=True, note="ladder at rest, no counter-orders"),
    scope("trade", "disconnect", config=CONFIG_PLAIN, rests=True, note="ladder at rest, no counter-orders"),
)  # fmt: skip
"""What closes within minutes: every fault with a moving price, every entrance to the shutdown, each pair of lives, and
the races that only a smaller ladder's life makes small enough: two requotes, two outages, an outage and a fill."""
DEEP: tuple[Scope, ...] = (
    *STANDARD,
    scope("price", "trade"),
    scope("trade", "disconnect"),
    scope("price", "disconnect"),
    scope("partial", "disconnect"),
    scope("partial", "price"),
    scope(price=2),
    scope(disconnect=2),
    scope("crash", "trade", "signal"),
    scope("price", config=CONFIG_TWO, note="two levels"),
    scope("trade", "signal", config=CONFIG_TWO, note="two levels"),
    *(scope(name, "trade", "signal") for name in MESSAGE_FAULTS if name != "post_only_mode"),
)
"""What takes most of an hour; what does not close within `MOST_STATES` says to which depth it went."""
_BY_PROFILE = {"quick": QUICK, "standard": STANDARD, "deep": DEEP}
QUICK_STATES = 20_000
MOST_STATES = {"quick": QUICK_STATES, "standard": 400_000, "deep": 400_000}
"""So many states of one scope are searched at most, by profile: a gigabyte each, some two to four minutes."""


def scopes_of(profile: str) -> tuple[Scope, ...]:
    """Return the scopes that a profile searches, the largest spread among the small."""
    return _BY_PROFILE[profile]
