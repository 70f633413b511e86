"""The functions that the reference offers to call: plain data in, plain data out, as the port protocol tables them.

Arguments that are no such data raise `model.codec.Malformed`; a config that is refused raises `ConfigRefused`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from mmgate.loading import config_from_data
from mmgate.ports.messages import WIRE, Data
from model import counter, quoting, session, velocity, volatility
from model.actions import Side
from model.arithmetic import text
from model.codec import Malformed, show
from model.config import ConfigRefused, MakerConfig
from model.market import Market, meets_minimum, round_price, round_size

Function = Callable[[Data], object]


def argument(args: Data, name: str, shape: object) -> object:
    """Read one argument by name; raises Malformed with its place."""
    if name not in args:
        raise Malformed(f"args.{name}", "is missing")
    try:
        return WIRE.decode(shape, args[name])
    except Malformed as fault:
        raise fault.below(f"args.{name}") from None


def config_of(args: Data) -> MakerConfig:
    """Read the partial config: what it omits has its default (CFG-4)."""
    data = args.get("config", {})
    if not isinstance(data, dict):
        raise Malformed("args.config", f"{show(data)} is not an object")
    return config_from_data(data)


def plain(record: object) -> Data:
    """Return a record as plain data without its tag."""
    data = WIRE.to_data(record)
    del data["type"]
    return data


def _decimal(args: Data, name: str) -> Decimal:
    value = argument(args, name, Decimal)
    assert isinstance(value, Decimal)
    return value


def _int(args: Data, name: str) -> int:
    value = argument(args, name, int)
    assert isinstance(value, int)
    return value


def _side(args: Data) -> Side:
    side = argument(args, "side", Side)
    assert isinstance(side, Side)
    return side


def compute_quotes(args: Data) -> object:
    """Return the ladder before venue rounding (Q-1..Q-8)."""
    stats = argument({"volatility": None, **args}, "volatility", volatility.WickStats | None)
    assert stats is None or isinstance(stats, volatility.WickStats)
    quotes = quoting.compute_quotes(
        config_of(args),
        _decimal(args, "oracle_px"),
        _decimal(args, "inventory_ratio"),
        _decimal(args, "spread_multiplier"),
        _decimal(args, "velocity_trend"),
        stats,
    )
    return {"bids": [_quote(quote) for quote in quotes.bids], "asks": [_quote(quote) for quote in quotes.asks]}


def _quote(quote: quoting.Quote) -> Data:
    return {
        "level": quote.level,
        "px": text(quote.px),
        "size_usd": text(quote.size_usd),
        "intermediates": {
            "base_offset_bps": text(quote.base_offset_bps),
            "skewed_offset_bps": text(quote.skewed_offset_bps),
            "final_offset_bps": text(quote.final_offset_bps),
        },
    }


def wick_stats(args: Data) -> object:
    """Return the statistics at each time of `reads`, a tick going first at an equal ms (V-1..V-5)."""
    config = config_of(args)
    ticks = argument(args, "ticks", tuple[tuple[int, Decimal], ...])
    assert isinstance(ticks, tuple)
    last = (ticks[-1][0],) if ticks else (0,)
    reads = argument(args, "reads", tuple[int, ...]) if "reads" in args else last
    assert isinstance(reads, tuple)
    if list(reads) != sorted(reads):
        raise Malformed("args.reads", "the times must not fall")
    state = volatility.WickState()
    results = []
    at = 0
    for read_ms in reads:
        while at < len(ticks) and ticks[at][0] <= read_ms:
            state, _ = volatility.record_tick(config, state, *ticks[at])
            at += 1
        state, stats = volatility.read(config, state, read_ms)
        results.append(plain(stats))
    return results


def velocity_trend(args: Data) -> object:
    """Return the trend after a list of oracle prices (W-1, W-2)."""
    config = config_of(args)
    prices = argument(args, "prices", tuple[Decimal, ...])
    assert isinstance(prices, tuple)
    state = velocity.VelocityState()
    for px in prices:
        state = velocity.record_move(config, state, px)
    return {"trend": text(velocity.trend(config, state))}


def counter_order(args: Data) -> object:
    """Return the answer to a fill before venue rounding, or None (L-8)."""
    order = counter.counter_order(
        config_of(args),
        _side(args),
        _decimal(args, "px"),
        _decimal(args, "sz"),
        _int(args, "level"),
        _decimal(args, "mark_px"),
    )
    return None if order is None else plain(order)


def round_order(args: Data) -> object:
    """Return the order as the venue takes it, or a reject code (Q-9)."""
    market = argument(args, "market", Market)
    assert isinstance(market, Market)
    px = round_price(market, _side(args), _decimal(args, "px"))
    sz = round_size(market, _decimal(args, "sz"))
    if px <= 0:
        return {"reject": "price_not_positive"}
    if sz <= 0 or not meets_minimum(market, px, sz):
        return {"reject": "below_minimum"}
    return {"px": text(px), "sz": text(sz)}


def session_at(args: Data) -> object:
    """Return what the calendar says (S-1, S-2)."""
    t_ms = _int(args, "t_ms")
    weekend_only = argument(args, "weekend_only", bool)
    assert isinstance(weekend_only, bool)
    return {"quoting": session.quoting_window(t_ms, weekend_only), "shutdown_window": session.shutdown_window(t_ms)}


def config_check(args: Data) -> object:
    """Return ok, or every error with its key (CFG-1)."""
    try:
        config_of(args)
    except ConfigRefused as refusal:
        return {"errors": config_errors(refusal)}
    return {"ok": True}


def config_errors(refusal: ConfigRefused) -> list[dict[str, str]]:
    """Write a refusal as the protocol does."""
    return [{"key": key, "code": code} for key, code, _ in refusal.errors]


FUNCTIONS: dict[str, Function] = {
    "compute_quotes": compute_quotes,
    "wick_stats": wick_stats,
    "velocity_trend": velocity_trend,
    "counter_order": counter_order,
    "round_order": round_order,
    "session": session_at,
    "config": config_check,
}
