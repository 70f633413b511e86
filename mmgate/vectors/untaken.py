"""Branches of the model that no case takes, each with the reason why nothing that the protocol can tell takes it.

The list is closed: with what the cases take it is all there is, and a reason whose branch is taken, or is no longer
there, fails a test. Branches are named as the index of a set names them.
"""

from __future__ import annotations

from collections.abc import Mapping

PYTHON_ONLY = "the protocol's decimals are finite: only a caller in Python can pass a NaN or an infinity"
RUNGS_KNOWN = "an order with the role ladder was placed in this life, and so has a side and a level; types demand it"
COUNTERS_KNOWN = "what is answered was placed in this life, and so has a side; types demand it"
NOT_ASKED = "the maker sends rounded numbers and asks nothing of the kind; specs and engines do"
VAST = "a number of more than 60 digits, which no port need hold (N-1); asked in Python, so that memory has a bound"
TICKS_FINITE = "wicks of usable ticks lie in [0, 500]: statistics that are no numbers come by `compute_quotes` only"
WITHIN_64_BITS = "a sample ends before the tick that closes its second, and times have 64 bits (protocol)"
NEVER_OUTSIDE = "for percentiles up to 100 the rounded index lies inside; V-3 says clamped all the same"

UNTAKEN: Mapping[str, str] = {
    "answers: answer_fill: order.level is None: never true": RUNGS_KNOWN,
    "answers: answer_fill: order.role is not Role.LADDER: never true": "its one caller asks for ladder orders only",
    "answers: answer_fill: order.side is None: never true": RUNGS_KNOWN,
    "answers: collect_rejected: left <= 0: never true": "an order filled up has ended; its rejection is a late word",
    "answers: collect_rejected: order.side is None: never true": COUNTERS_KNOWN,
    "fills: _answer: order.side is not None: never false": RUNGS_KNOWN,
    "inventory: adds_to: net == 0: never true": "asked only at the warning, where the position is not 0",
    "inventory: corrected: difference == 0: never true": "a position is corrected only where it differs",
    "maker: Reference.state: self._state is None: never true": "a port is greeted by `start` before any event",
    "market: _on_grid: value == value.to_integral_value(): never false": VAST,
    "market: _on_grid: value == value.to_integral_value(): never true": VAST,
    "market: _on_grid: value.adjusted() > _VAST: never true": VAST,
    **{
        f"market: is_legal_{kind}: {test}: never {way}": NOT_ASKED
        for kind, name in (("price", "px"), ("size", "sz"))
        for test in (f"{name} > 0", f"{name}.is_finite()")
        for way in ("false", "true")
    },
    "memory: FillSet.identities: len(self.runs) == 1: never false": "the explorer's key asks it, no maker does",
    "memory: FillSet.identities: len(self.runs) == 1: never true": "the explorer's key asks it, no maker does",
    "permission: new_risk_allowed: usable_mark(config, where) is not None: never false": (
        "both callers have asked for a usable mark before; the rule stands where risk is decided"
    ),
    "permission: oracle_fresh: where.oracle_px is None: never true": (
        "its callers have seen a price: a ladder needs a usable one, and a counter-order a ladder; types demand it"
    ),
    "quoting: ladder: mark_px <= 0: never true": "the maker builds no ladder on an unusable mark (Q-0)",
    "quoting: ladder: oracle_px <= 0: never true": "the maker builds no ladder on an unusable price (Q-0)",
    "quoting: mark_usable: mark_px.is_finite(): never false": PYTHON_ONLY,
    "quoting: mark_usable: oracle_px.is_finite(): never false": PYTHON_ONLY,
    "quoting: prices_usable: oracle_px.is_finite(): never false": PYTHON_ONLY,
    "requote: _fits_between: order.level == rung.level: never true": (
        "a pending rung's level has no resting order: the one that stood for it was kept, or its cancel is requested"
    ),
    "requote: _fits_between: order.level is None: never true": RUNGS_KNOWN,
    'requote: _report: warning == "data_corruption": never false': TICKS_FINITE,
    'requote: _report: warning == "data_corruption": never true': TICKS_FINITE,
    "requote: _requote_due: where.oracle_px is None: never true": "asked after a price was told; types demand it",
    "shutdown: closable: net == 0: never true": "both callers ask for a position; tests/model asks without",
    "shutdown: finish_shutdown: _work_left(draft): never true": (
        "run just before, L-9 forgets that all was quiet where work is left; kept, as `shutdown_done` is a promise"
    ),
    "velocity: record_move: px.is_finite(): never false": PYTHON_ONLY,
    "volatility: _append: max(-_FAR_MS, min(end_ms, _FAR_MS)): never argument 1": WITHIN_64_BITS,
    "volatility: _append: min(end_ms, _FAR_MS): never argument 2": WITHIN_64_BITS,
    "volatility: percentile_index: max((2 * per_mille * (count - 1) + 1000) // 2000, 0): never argument 2": (
        NEVER_OUTSIDE
    ),
    "volatility: percentile_index: min(max((2 * per_mille * (count - 1) + 1000) // 2000, 0), count - 1): "
    "never argument 2": NEVER_OUTSIDE,
    "volatility: record_tick: px.is_finite(): never false": PYTHON_ONLY,
    "words: _refused: ended.ended: never false": (
        "every live order ends by a reject, and by a place that never left unless seen resting, which is asked before"
    ),
}
