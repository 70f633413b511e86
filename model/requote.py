"""The ladder on the book: when it is requoted, what stays, what goes out, what is pending (L-3, I-3, I-5, L-13)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from model.actions import Role, Side, Tif
from model.arithmetic import BPS, ZERO
from model.draft import Draft, Wanted, forget
from model.inventory import adds_to, exposure
from model.orders import Order
from model.permission import inventory_ratio, ladder_allowed, meets_own, oracle_fresh, resting_ladder, valued, warned
from model.quoting import RUNG_NOT_OUTWARD, Ladder, Rung, ladder
from model.state import Built, MarketState
from model.velocity import trend
from model.volatility import WickStats, is_uninformative, read

UNINFORMATIVE_EVERY_MS = 60_000
"""How often `uninformative_statistics` is raised, at most (V-10)."""


def run_ladder(draft: Draft, where: MarketState, oracle_told: bool) -> None:
    """Withdraw, requote or complete one market's ladder after an event (L-3, L-6, Q-0, Q-11)."""
    if not ladder_allowed(draft, where):
        withdraw(draft, where)
    elif oracle_told and _requote_due(draft, where):
        _requote(draft, where)
    elif where.pending and where.market.name in draft.freed:
        _place_pending(draft, where)


def withdraw(draft: Draft, where: MarketState) -> None:
    """Cancel the resting ladder; the next one is due as soon as it is allowed again (L-3, L-6, Q-0, Q-11)."""
    where.ladder_due = True
    where.pending = ()
    for order in resting_ladder(draft, where.market.name):
        draft.cancel(order)
    _say_why(draft, where)


def _say_why(draft: Draft, where: MarketState) -> None:
    """Warn of an unusable or a stale price, once until it changes (Q-0, Q-11)."""
    if not where.quoted or where.oracle_px is None:
        return
    if valued(draft.config, where).usable:
        forget(where, "unusable_price")
    else:
        text = f"oracle {where.oracle_px} and mark {where.mark_px} can't be quoted on: no ladder until they can"
        draft.say_once(where, "warn", "unusable_price", text)
    if oracle_fresh(draft.config, where, draft.now):
        forget(where, "stale_oracle")
    else:
        age_ms = draft.now - where.oracle_ms
        text = f"the oracle price is {age_ms} ms old, over {draft.config.oracle_max_age_ms}: no ladder on it"
        draft.say_once(where, "warn", "stale_oracle", text)


def _requote_due(draft: Draft, where: MarketState) -> bool:
    """Tell whether an oracle update calls for a new ladder (L-3)."""
    if where.ladder_due or draft.now - where.requote_ms >= draft.config.requote_interval_ms:
        return True
    if where.oracle_px is None:
        return False
    moved = abs(where.oracle_px - where.requote_oracle_px) / where.requote_oracle_px * BPS
    return moved >= draft.config.min_requote_change_bps


def _requote(draft: Draft, where: MarketState) -> None:
    """Replace the ladder: keep what already stands right, cancel the rest, send what fits (L-3)."""
    assert where.oracle_px is not None
    forget(where, "unusable_price", "stale_oracle")
    where.ladder_due = False
    where.requote_ms = draft.now
    where.requote_oracle_px = where.oracle_px
    where.pending = ()
    rungs = _wanted_ladder(draft, where)
    live = resting_ladder(draft, where.market.name)
    replaced = [_Replacement(s, rungs[s], [o for o in live if o.side is s]) for s in (Side.BUY, Side.SELL)]
    for wanted in [_clear_side(draft, where, one) for one in replaced]:
        _send(draft, where, wanted)


def _wanted_ladder(draft: Draft, where: MarketState) -> dict[Side, tuple[Rung, ...]]:
    """Return the rungs that the current prices, inventory and statistics ask for; none that adds at a warning (I-3).

    The last words of a replaced ladder ask for the same one again and again: it is kept while its inputs are the same.
    """
    config = draft.config
    assert where.oracle_px is not None
    assert where.mark_px is not None
    inputs = (
        where.oracle_px,
        where.mark_px,
        inventory_ratio(config, where),
        where.adverse.multiplier(config, draft.now),
        trend(config, where.velocity) if config.velocity_skew_enabled else ZERO,
        _statistics(draft, where),
    )
    if where.built is None or where.built.inputs != inputs:
        where.built = Built(inputs, ladder(config, where.market, *inputs))
    built = where.built.ladder
    _report(draft, where, built)
    sides = {Side.BUY: built.bids, Side.SELL: built.asks}
    if warned(config, where):
        sides = {s: () if adds_to(where.book.net, s) else rungs for s, rungs in sides.items()}
    return sides


def _statistics(draft: Draft, where: MarketState) -> WickStats | None:
    """Return the market's statistics if the ladder uses them: dynamic offset on, and valid (Q-2, Q-3)."""
    if not draft.config.dynamic_offset_enabled:
        return None
    where.wicks, stats = read(draft.config, where.wicks, draft.now)
    watch_informative(draft, where, stats)
    return stats if stats.is_valid else None


def watch_informative(draft: Draft, where: MarketState, stats: WickStats) -> None:
    """Warn of valid statistics that say nothing, at most once a minute (V-10)."""
    if not is_uninformative(stats):
        return
    if where.uninformative_ms is None or draft.now - where.uninformative_ms >= UNINFORMATIVE_EVERY_MS:
        where.uninformative_ms = draft.now
        text = f"{stats.sample_count} samples and not one wick: the dynamic offset has nothing to go by"
        draft.say("warn", "uninformative_statistics", where.market.name, text)


def _report(draft: Draft, where: MarketState, built: Ladder) -> None:
    """Log what the ladder warns of: corrupt statistics each time, dropped rungs once per market and life (Q-7, Q-9)."""
    for warning in built.warnings:
        if warning == "data_corruption":
            draft.say("warn", warning, where.market.name, "a wick statistic is NaN or infinite: taken as 0")
    for dropped in built.dropped:
        if dropped.reason == RUNG_NOT_OUTWARD:
            continue
        text = f"{dropped.side} level {dropped.level} is not sent: {dropped.reason}"
        draft.say_once(where, "warn", dropped.reason, text)


@dataclass(slots=True)
class _Replacement:
    """One side's new rungs and its resting orders; `kept` pairs a rung's level with the order that stays."""

    side: Side
    rungs: tuple[Rung, ...]
    live: list[Order]


def _clear_side(draft: Draft, where: MarketState, new: _Replacement) -> list[Rung]:
    """Cancel what no admitted rung keeps; return the admitted rungs that nothing stands for (L-3, I-5).

    All cancels leave before the first place, so they are counted before it, the other side's too (L-12).
    """
    if not (new.rungs or new.live):
        return []
    kept = _match(new)
    admitted = _admitted(draft, where, new, kept)
    staying = {kept[rung.level].cloid for rung in admitted if rung.level in kept}
    for order in new.live:
        if order.cloid not in staying:
            draft.cancel(order)
    for rung in admitted:
        if rung.level in kept and kept[rung.level].level != rung.level:
            order = kept[rung.level]
            draft.keep(order._replace(level=rung.level))
    return [rung for rung in admitted if rung.level not in kept]


def _match(new: _Replacement) -> dict[int, Order]:
    """Pair each rung with the order that has its price and remaining size; each order stands for one rung (L-3)."""
    kept: dict[int, Order] = {}
    free = list(new.live)
    for rung in new.rungs:
        for order in free:
            if order.px == rung.px and order.remaining == rung.sz:
                kept[rung.level] = order
                free.remove(order)
                break
    return kept


def _admitted(draft: Draft, where: MarketState, new: _Replacement, kept: dict[int, Order]) -> list[Rung]:
    """Return the rungs that fit I-5 after all requested cancels, from level 0 outward; the rest is dropped (I-5)."""
    assert where.mark_px is not None
    ladder_ids = {o.cloid for o in new.live}
    staying = [o for o in draft.orders_of(where.market.name) if o.cloid not in ladder_ids]
    size = exposure(where.book.net, staying, cancelled_too=False).of(new.side)
    admitted: list[Rung] = []
    for rung in new.rungs:
        size += kept[rung.level].unfilled if rung.level in kept else rung.sz
        if size * where.mark_px > draft.config.max_position_usd:
            break
        admitted.append(rung)
    return admitted


def _send(draft: Draft, where: MarketState, rungs: list[Rung]) -> None:
    """Send rungs of one side, from level 0 outward; what fits only after an order has ended is pending (L-3, I-5)."""
    if not rungs:
        return
    assert where.mark_px is not None
    side = rungs[0].side
    size = exposure(where.book.net, draft.orders_of(where.market.name)).of(side)
    full = False
    for rung in rungs:
        full = full or (size + rung.sz) * where.mark_px > draft.config.max_position_usd
        if full or meets_own(draft, where.market.name, side, rung.px):
            where.pending = (*where.pending, (side, rung.level))
        elif _budget_allows(draft, where):
            size += rung.sz
            _place_rung(draft, where, rung)


def _budget_allows(draft: Draft, where: MarketState) -> bool:
    """Tell whether the request budget allows one more placement; warn when it no longer does (L-12)."""
    if draft.state.requests.allows_place(draft.config):
        forget(where, "request_reserve")
        return True
    left = draft.state.requests.left()
    text = f"{left} requests left, {draft.config.request_reserve} are kept for cancels and closes: nothing is placed"
    draft.say_once(where, "warn", "request_reserve", text)
    return False


def _place_rung(draft: Draft, where: MarketState, rung: Rung) -> None:
    """Send one rung (Q-9, L-1)."""
    tif = Tif.ALO if draft.config.use_alo else Tif.GTC
    draft.place(where.market, Wanted(rung.side, rung.px, rung.sz, tif, Role.LADDER, rung.level))


def _place_pending(draft: Draft, where: MarketState) -> None:
    """Send the pending rungs that the last word of an order made room for, at the current oracle (L-3)."""
    wanted, pending = _wanted_ladder(draft, where), where.pending
    where.pending = ()
    for side in (Side.BUY, Side.SELL):
        rungs = [r for r in wanted[side] if (side, r.level) in pending]
        resting = [o for o in resting_ladder(draft, where.market.name) if o.side is side] if rungs else []
        fitting = [r for r in rungs if _fits_between(resting, r)]
        blocked = [r for r in rungs if r not in fitting]
        if fitting:
            _send(draft, where, _admitted(draft, where, _Replacement(side, tuple(fitting), []), {}))
        where.pending = (*where.pending, *((side, r.level) for r in blocked))


def _fits_between(resting: list[Order], rung: Rung) -> bool:
    """Tell whether a rung stands strictly outside lower resting levels of its side and inside higher ones (Q-10)."""
    for order in resting:
        if order.level is None:
            continue
        outward: Decimal = (rung.px - order.px) * -rung.side.sign
        if order.level == rung.level or (outward > 0) != (rung.level > order.level) or outward == 0:
            return False
    return True
