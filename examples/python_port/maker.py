#!/usr/bin/env python3
"""A complete weekend market maker behind port protocol 1 -- an example of a foreign port.

Run it as ``python3 maker.py``; it speaks JSON Lines over stdin/stdout in lock step (one request, one reply).
It was written from the written rules alone (``system.md``, ``port-protocol.md``, ``venue.md``), standard library
only, and shares no code with the reference.  Rule ids (``Q-3``, ``L-7a``) stand where the rule is implemented, and
"Reading:" marks the places where a rule can be read in more than one way and says how this port reads it.

How the file is laid out
    1  numbers        decimals with 28 digits, parsing that refuses, formatting                         N-1, N-6
    2  config         the table, validation with all errors at once                                     section 2
    3  sessions       quoting window, shutdown window, weekends                                         S-1, S-2
    4  volatility     wick statistics on a sorted window (bisect)                                       V-1 .. V-10
    5  velocity       recorded moves and their trend                                                    W-1, W-2
    6  quoting        the ladder, a pure function, and the counter-order's price                        Q-1 .. Q-8, L-8
    7  venue rules    legal prices and sizes, always to the passive side                                Q-9
    8  records        Position (I-1), Order (L-1), Query, Collected, Market
    9  Maker          one life: events in, actions and log lines out                                    I, L, S, sec. 9
   10  calls          the pure functions offered to the harness
   11  protocol       hello, start, event, events, call, bye

The maker reads no clock, draws no random number and does no I/O of its own (N-4): the same start record and events
give the same bytes.  Every event first changes the *books* (what is known), then one common tail decides (N-5):
sessions -> I-3, I-4 -> time-outs, halts, ages -> counter-orders -> ladder -> L-9 -> reconcile -> dead man's switch.
"""

import gc
import json
import sys
import traceback
from bisect import bisect_left, insort
from collections import deque
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    setcontext,
)
from functools import cache

PROTOCOL = 1
NAME = "foreign-python-mm"
VERSION = "1.0"

# ====================================================================================================================
# 1. Numbers (N-1, N-6)
# ====================================================================================================================

# N-1: every computation on prices, sizes, bps, ratios and money runs in this context.
setcontext(Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]))
# For sums that must be exact (I-1's conservation, quantizing to a tick): wide enough that nothing is ever rounded.
EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])

ZERO, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)
BPS = Decimal(10000)
INFINITE = Decimal("Infinity")


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def number(value):
    """The finite Decimal that travels as `value`, or None.  Absurd magnitudes are refused, so nothing can overflow."""
    if isinstance(value, str):
        if len(value) > 400:
            return None
        try:
            value = Decimal(value)
        except (DecimalException, ValueError):
            return None
    elif is_int(value):
        value = Decimal(value)
    elif not isinstance(value, Decimal):
        return None
    if not value.is_finite():
        return None
    if value and not -60 <= value.adjusted() <= 60:
        return None
    return +value


def positive(value):
    value = number(value)
    return value if value is not None and value > 0 else None


def text(value):
    """A Decimal as a plain string without an exponent or trailing zeros."""
    if not value:
        return "0"
    out = format(value, "f")
    return out.rstrip("0").rstrip(".") if "." in out else out


def clamp(value, low, high):
    return low if value < low else high if value > high else value


def to_binary64(value):
    """N-2: decimal -> binary64, correctly rounded (Python's float() of a Decimal is)."""
    return float(value)


def from_binary64(value, corrupt):
    """N-2: binary64 -> decimal; NaN and infinities become 0 and are reported through `corrupt`.
    Reading: the exact value of the binary64 rounded to 28 digits, not its shortest decimal notation."""
    if value != value or value in (float("inf"), float("-inf")):
        corrupt()
        return ZERO
    return +Decimal(value)


# ====================================================================================================================
# 2. Configuration
# ====================================================================================================================

def _gt0(v):
    return v > 0


def _ge0(v):
    return v >= 0


def _ge1(v):
    return v >= 1


# key: (default, kind, test, what is allowed).  Kinds: bool, int, dec, f64, enum, names, hex8.
CONFIG = {
    "enabled": (False, "bool", None, "true or false"),
    "weekend_only": (True, "bool", None, "true or false"),
    "markets": ((), "names", None, "a list of market names"),
    "cloid_prefix": ("6d6d6701", "hex8", None, "8 hexadecimal digits"),
    "num_levels": (1, "int", lambda v: 1 <= v <= 50, "1..50"),
    "min_offset_bps": ("20", "dec", _gt0, "> 0"),
    "level_spacing_bps": ("10", "dec", _ge0, ">= 0"),
    "size_per_level_usd": ("5", "dec", _gt0, "> 0"),
    "max_position_usd": ("25", "dec", _gt0, "> 0"),
    "inventory_skew_factor": ("0.3", "dec", lambda v: 0 <= v < 1, "[0, 1)"),
    "requote_interval_ms": (2000, "int", _gt0, "> 0"),
    "min_requote_change_bps": ("2", "dec", _ge0, ">= 0"),
    "use_alo": (True, "bool", None, "true or false"),
    "flatten_slippage_bps": ("50", "dec", lambda v: 0 <= v < 10000, "[0, 10000)"),
    "inventory_warn_ratio": ("0.8", "dec", lambda v: 0 < v <= 1, "(0, 1], below inventory_emergency_ratio"),
    "inventory_emergency_ratio": ("0.95", "dec", lambda v: 0 < v <= 1, "(0, 1]"),
    "stale_cancel_timeout_ms": (10000, "int", _ge0, ">= 0"),
    "adverse_consecutive_fills": (3, "int", _ge0, ">= 0"),
    "adverse_spread_multiplier": ("2", "dec", _ge1, ">= 1"),
    # A
    "dynamic_offset_enabled": (False, "bool", None, "true or false"),
    "wick_window_size": (3600, "int", _ge1, ">= 1"),
    "wick_min_samples": (60, "int", _ge1, ">= 1, at most wick_window_size"),
    "l0_wick_multiplier": ("2.0", "dec", _gt0, "> 0"),
    "fee_buffer_bps": ("8", "dec", _ge0, ">= 0"),
    "wick_cache_ttl_ms": (10000, "int", _ge0, ">= 0"),
    "breakpoint_min_jump_ratio": (1.5, "f64", lambda v: v > 1, "> 1"),
    # B
    "level_distribution": ("linear", "enum", ("linear", "exponential"), "linear, exponential"),
    "level_exponent": ("2.0", "dec", lambda v: 0 < v <= 10, "(0, 10]"),
    "p100_safety_multiplier": ("1.2", "dec", _ge1, ">= 1"),
    "min_range_width_bps": ("10", "dec", _gt0, "> 0"),
    "size_distribution": ("uniform", "enum", ("uniform", "convex"), "uniform, convex"),
    "size_min_multiplier": ("0.5", "dec", _gt0, "> 0, at most size_max_multiplier"),
    "size_max_multiplier": ("1.5", "dec", _gt0, "> 0"),
    # C
    "counter_order_enabled": (False, "bool", None, "true or false"),
    "counter_reversion_pct": ("0.6", "dec", lambda v: 0 < v <= 1, "(0, 1]"),
    "counter_reversion_per_level": ("0.03", "dec", _ge0, ">= 0"),
    "velocity_skew_enabled": (False, "bool", None, "true or false"),
    "velocity_skew_factor": ("0.3", "dec", lambda v: 0 <= v < 1, "[0, 1)"),
    "velocity_window": (5, "int", _ge1, ">= 1"),
    # corrections
    "skew_respects_fee_floor": (True, "bool", None, "true or false"),
    "breakpoint_floor_bps": ("1", "dec", _ge0, ">= 0"),
    "wick_max_age_ms": (21600000, "int", _ge0, ">= 0"),
    "wick_includes_gap": (True, "bool", None, "true or false"),
    "wick_gap_max_ms": (5000, "int", _gt0, "> 0"),
    "oracle_max_age_ms": (10000, "int", _ge0, ">= 0"),
    "max_oracle_mark_gap_bps": ("500", "dec", _ge0, ">= 0"),
    "velocity_min_tick_bps": ("0.5", "dec", _ge0, ">= 0"),
    "velocity_weighting": ("direction", "enum", ("direction", "magnitude"), "direction, magnitude"),
    "counter_order_tif": ("alo", "enum", ("alo", "gtc", "ioc"), "alo, gtc, ioc"),
    "counter_max_open": (4, "int", _ge0, ">= 0"),
    "counter_max_age_ms": (60000, "int", _ge0, ">= 0"),
    "adverse_decay_ms": (300000, "int", _ge0, ">= 0"),
    "max_hourly_drawdown_usd": ("0", "dec", _ge0, ">= 0"),
    "flatten_max_attempts": (5, "int", _ge1, ">= 1"),
    "sent_timeout_ms": (5000, "int", _gt0, "> 0"),
    "reconcile_interval_ms": (30000, "int", _gt0, "> 0"),
    "dead_man_ms": (0, "int", lambda v: v == 0 or v >= 5000, "0, or >= 5000"),
    "request_reserve": (1000, "int", _ge0, ">= 0"),
}
# Reading: among the corrections 0 is "as reviewed": wick_max_age_ms 0 = samples never leave by age, oracle_max_age_ms 0
# = no age limit, max_oracle_mark_gap_bps 0 = no gap limit, adverse_decay_ms 0 = no decay, counter_* 0 = unbounded.


class ConfigError(Exception):
    def __init__(self, errors):
        super().__init__("config")
        self.errors = errors


class Config:
    """One frozen record.  `Config(raw)` raises ConfigError with *all* errors (section 2)."""

    def __init__(self, raw):
        errors = []

        def wrong(key, code, value, allowed):
            errors.append({"key": str(key)[:80], "code": code, "value": repr(value)[:80], "allowed": allowed})

        if not isinstance(raw, dict):
            wrong("", "wrong_type", raw, "a table of keys")
            raw = {}
        values, good = {}, set()
        for key in raw:
            if key not in CONFIG:
                wrong(key, "unknown_key", raw[key], "the keys of the table")
        for key, (default, kind, test, allowed) in CONFIG.items():
            value = raw.get(key, default)
            code, parsed = self._parse(kind, test, value)
            if code:
                wrong(key, code, value, allowed)
                continue
            values[key] = parsed
            good.add(key)
        for low, high, strict in (("inventory_warn_ratio", "inventory_emergency_ratio", True),
                                  ("wick_min_samples", "wick_window_size", False),
                                  ("size_min_multiplier", "size_max_multiplier", False)):
            known = low in good and high in good
            if known and (values[low] > values[high] or (strict and values[low] == values[high])):
                wrong(low, "contradiction", raw.get(low, CONFIG[low][0]),
                      "{} {}".format("below" if strict else "at most", high))
        if errors:
            raise ConfigError(errors)
        for key, value in values.items():
            object.__setattr__(self, key, value)
        # Derived constants, computed once.
        n = self.num_levels
        powers = [ZERO] * n
        convex = [ONE] * n
        if n > 1:
            for i in range(n):
                x = Decimal(i) / Decimal(n - 1)
                powers[i] = ZERO if i == 0 else ONE if i == n - 1 else x ** self.level_exponent      # N-3
                width = self.size_max_multiplier - self.size_min_multiplier
                convex[i] = self.size_min_multiplier + width * i / (n - 1)
        object.__setattr__(self, "powers", powers)
        object.__setattr__(self, "convex", convex)
        object.__setattr__(self, "floor_bps", max(ONE, self.fee_buffer_bps) if self.skew_respects_fee_floor else ONE)
        object.__setattr__(self, "own_prefix", "0x" + self.cloid_prefix)

    def __setattr__(self, key, value):
        raise AttributeError("the configuration is frozen")

    @staticmethod
    def _parse(kind, test, value):
        """(error code or None, parsed value)."""
        if kind == "bool":
            return (None, value) if isinstance(value, bool) else ("wrong_type", None)
        if kind == "int":
            if not is_int(value):
                return "wrong_type", None
            return (None, value) if test(value) and value < 10 ** 15 else ("out_of_range", None)
        if kind == "dec":
            if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
                return "wrong_type", None
            parsed = number(value)
            if parsed is None:
                return "wrong_type", None
            return (None, parsed) if test(parsed) else ("out_of_range", None)
        if kind == "f64":
            if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
                return "wrong_type", None
            try:
                parsed = float(value)
            except (ValueError, OverflowError):
                return "wrong_type", None
            if parsed != parsed or parsed in (float("inf"), float("-inf")) or not test(parsed):
                return "out_of_range", None
            return None, parsed
        if kind == "enum":
            if not isinstance(value, str):
                return "wrong_type", None
            return (None, value) if value in test else ("unknown_value", None)
        if kind == "names":
            if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
                return "wrong_type", None
            return (None, tuple(value)) if all(value) else ("malformed", None)
        if not isinstance(value, str):                                                               # hex8
            return "wrong_type", None
        if len(value) != 8 or any(c not in "0123456789abcdefABCDEF" for c in value):
            return "malformed", None
        return None, value.lower()

    def resolve_markets(self, told):
        """Config names -> told names.  `GOLD` and `xyz:GOLD` are the same; none or two matches is an error."""
        if not self.markets:
            return list(told)
        found, errors = [], []
        for name in self.markets:
            hits = [t for t in told if t == name] or [t for t in told if same_market(t, name)]
            if len(hits) != 1:
                errors.append({"key": "markets", "code": "ambiguous_market" if hits else "unknown_market",
                               "value": name[:80], "allowed": "a name that matches exactly one told market"})
            elif hits[0] not in found:
                found.append(hits[0])
        if errors:
            raise ConfigError(errors)
        return found


def same_market(a, b):
    pa, _, ba = a.rpartition(":")
    pb, _, bb = b.rpartition(":")
    return ba == bb and (pa == pb or not pa or not pb)


# ====================================================================================================================
# 3. Sessions (S-1, S-2)
# ====================================================================================================================

HOUR = 3600000
WEEK = 168 * HOUR
FRIDAY_21 = 45 * HOUR                # 1970-01-01 was a Thursday
SUNDAY_21 = 93 * HOUR


def in_shutdown_window(t_ms):
    return (t_ms - SUNDAY_21) % WEEK < 3 * HOUR


def in_quoting_window(t_ms, weekend_only):
    if in_shutdown_window(t_ms):
        return False
    return not weekend_only or (t_ms - FRIDAY_21) % WEEK < 48 * HOUR


def weekend_of(t_ms):
    return (t_ms - FRIDAY_21) // WEEK


def shutdown_start(t_ms):
    """The latest Sunday 21:00 that is not after t_ms."""
    return t_ms - (t_ms - SUNDAY_21) % WEEK


# ====================================================================================================================
# 4. Phase A: wick statistics (V)
# ====================================================================================================================

PERCENTILES = (("p90_wick_bps", "P90", 900), ("p95_wick_bps", "P95", 950), ("p99_wick_bps", "P99", 990),
               ("p995_wick_bps", "P99.5", 995), ("p998_wick_bps", "P99.8", 998), ("p999_wick_bps", "P99.9", 999),
               ("p100_wick_bps", "P100", 1000))
WICK_CAP = Decimal(500)


class WickWindow:
    """One market's seconds.  The window is kept sorted by bisection (V-8); reads are index look-ups, so no cache is
    needed and V-5 (the cache is invisible) holds by construction."""

    def __init__(self, cfg):
        self.cfg = cfg
        self.second = None
        self.high = self.low = None
        self.last_px = self.last_t = None
        self.samples = deque()           # (end of the second, wick) in order of time
        self.sorted = []                 # the same wicks, ascending

    def tick(self, t_ms, px):
        """V-1, V-2, V-10.  Returns None, or why the tick was refused."""
        if px is None or px <= 0:
            return "unusable_tick"
        second = t_ms // 1000
        if self.second is None or second > self.second:
            if self.second is not None:
                self._close()
            self.second, self.high, self.low = second, px, px
            if (self.cfg.wick_includes_gap and self.last_px is not None
                    and t_ms - self.last_t <= self.cfg.wick_gap_max_ms):
                if self.last_px > px:
                    self.high = self.last_px
                else:
                    self.low = self.last_px
        elif second < self.second:
            return "late_tick"
        elif px > self.high:
            self.high = px
        elif px < self.low:
            self.low = px
        self.last_px, self.last_t = px, t_ms
        self._age(t_ms)
        return None

    def _close(self):
        wick = (self.high - self.low) / ((self.high + self.low) / TWO) * BPS
        wick = to_binary64(min(wick, WICK_CAP))
        if len(self.samples) >= self.cfg.wick_window_size:
            self._drop_oldest()
        self.samples.append(((self.second + 1) * 1000, wick))
        insort(self.sorted, wick)

    def _drop_oldest(self):
        _, wick = self.samples.popleft()
        del self.sorted[bisect_left(self.sorted, wick)]

    def _age(self, now):
        if self.cfg.wick_max_age_ms:                                                                  # V-9
            while self.samples and now - self.samples[0][0] > self.cfg.wick_max_age_ms:
                self._drop_oldest()

    def uninformative(self):
        return len(self.sorted) >= self.cfg.wick_min_samples and self.sorted[-1] == 0.0

    def read(self, now):
        """V-3, V-4: the statistics at `now` as a dict in the shape of the protocol."""
        self._age(now)
        data, n = self.sorted, len(self.sorted)
        out = {}
        for key, _, permille in PERCENTILES:
            # round_half_away(p/100 x (n-1)) in integers, so it is exact
            out[key] = data[min(n - 1, (2 * permille * (n - 1) + 1000) // 2000)] if n else 0.0
        out["sample_count"] = n
        out["is_valid"] = n >= self.cfg.wick_min_samples
        if not n:
            out["optimal_wick_bps"], out["optimal_percentile"] = 0.0, "N/A"
            return out
        # Reading of V-4: the ratio is binary64 arithmetic, as `breakpoint_min_jump_ratio` is binary64.
        floor = to_binary64(self.cfg.breakpoint_floor_bps)
        best, best_i = None, None
        for i in range(1, 6):
            lower = max(out[PERCENTILES[i - 1][0]], floor)
            if lower <= 0.0:
                continue
            ratio = out[PERCENTILES[i][0]] / lower
            if ratio >= self.cfg.breakpoint_min_jump_ratio and (best is None or ratio > best):
                best, best_i = ratio, i
        chosen = PERCENTILES[best_i if best_i is not None else 2]
        out["optimal_wick_bps"], out["optimal_percentile"] = out[chosen[0]], chosen[1]
        return out


# ====================================================================================================================
# 5. Phase C: velocity (W)
# ====================================================================================================================

class Velocity:
    def __init__(self, cfg):
        self.cfg = cfg
        self.reset()

    def reset(self):
        self.anchor = None
        self.moves = deque(maxlen=self.cfg.velocity_window)

    def update(self, px):
        if px is None or px <= 0:
            return
        if self.anchor is None:
            self.anchor = px
            return
        if px == self.anchor:
            return
        move = (px - self.anchor) / self.anchor * BPS
        if abs(move) >= self.cfg.velocity_min_tick_bps:
            self.moves.append(move)
            self.anchor = px

    def trend(self):
        if not self.moves:
            return ZERO
        if self.cfg.velocity_weighting == "direction":
            return TWO * sum(1 for m in self.moves if m > 0) / Decimal(len(self.moves)) - ONE
        total = sum(abs(m) for m in self.moves)
        return clamp(sum(self.moves) / total, -ONE, ONE) if total else ZERO


# ====================================================================================================================
# 6. Quoting (Q-1 .. Q-8) and the counter-order's price (L-8): pure functions
# ====================================================================================================================

def compute_quotes(cfg, oracle, ratio, multiplier, trend, stats, warn):
    """The ladder before venue rounding: ([bids], [asks]), each a list of
    (level, px, size_usd, base, skewed, final).  `warn(code, text)` receives what must be reported."""
    ratio, trend = clamp(ratio, -ONE, ONE), clamp(trend, -ONE, ONE)                                   # Q-1
    multiplier = max(multiplier, ONE)
    optimal = p100 = ZERO
    valid = stats is not None and stats["is_valid"]
    if valid:
        def corrupt():
            warn("data_corruption", "a wick statistic is NaN or infinite and counts as 0")
        optimal = from_binary64(stats["optimal_wick_bps"], corrupt)
        p100 = from_binary64(stats["p100_wick_bps"], corrupt)
    l0 = cfg.min_offset_bps                                                                           # Q-2
    if cfg.dynamic_offset_enabled and valid:
        l0 = max(optimal * cfg.l0_wick_multiplier, cfg.min_offset_bps, cfg.fee_buffer_bps)
    n = cfg.num_levels
    exponential = cfg.level_distribution == "exponential" and n > 1
    if exponential:                                                                                   # Q-3
        width = max(p100 * cfg.p100_safety_multiplier, l0 + cfg.min_range_width_bps) - l0
    inventory = cfg.inventory_skew_factor * ratio                                                     # Q-4
    velocity = cfg.velocity_skew_factor * trend if cfg.velocity_skew_enabled else ZERO                # Q-5
    bid_factor = (ONE + inventory) * (ONE + velocity)
    ask_factor = (ONE - inventory) * (ONE - velocity)
    convex = cfg.size_distribution == "convex" and n > 1
    bids, asks = [], []
    for i in range(n):
        base = (l0 + cfg.powers[i] * width if exponential else l0 + cfg.level_spacing_bps * i) * multiplier
        size = cfg.size_per_level_usd * cfg.convex[i] if convex else cfg.size_per_level_usd           # Q-8
        for out, factor, sign in ((bids, bid_factor, -1), (asks, ask_factor, 1)):
            skewed = base * factor
            final = max(skewed, cfg.floor_bps)                                                        # Q-6
            px = oracle * (ONE + sign * final / BPS)                                                  # Q-7
            if px <= 0 or final > 9500:
                warn("rung_out_of_range", f"level {i} is not positive or farther than 9500 bps")
                continue
            out.append((i, px, size, base, skewed, final))
    return bids, asks


def counter_price(cfg, side, fill_px, level, mark):
    """L-8: (opposite side, price before rounding, reversion)."""
    reversion = min(Decimal("0.95"), cfg.counter_reversion_pct + cfg.counter_reversion_per_level * level)
    displacement = max(abs(mark - fill_px) * reversion, fill_px * cfg.fee_buffer_bps / BPS)
    if side == "buy":
        return "sell", fill_px + displacement, reversion
    return "buy", fill_px - displacement, reversion


def opposite(side):
    return "sell" if side == "buy" else "buy"


# ====================================================================================================================
# 7. Venue rounding (Q-9)
# ====================================================================================================================

@cache
def unit(exponent):
    return Decimal((0, (1,), exponent))


def round_price(px, side, sz_decimals):
    """To the nearest legal price on the passive side: buys down, sells up.  None if nothing positive is legal."""
    exponent = min(0, max(px.adjusted() - 4, -max(0, 6 - sz_decimals)))    # integers are always legal, hence min(0, .)
    px = px.quantize(unit(exponent), ROUND_FLOOR if side == "buy" else ROUND_CEILING, EXACT)
    return px if px > 0 else None


def round_size(sz, sz_decimals):
    return sz.quantize(unit(-sz_decimals), ROUND_DOWN, EXACT)


# ====================================================================================================================
# 8. Records
# ====================================================================================================================

class Position:
    """I-1.  cost = net x entry, signed like net; always  cash = realised - cost, exactly."""

    def __init__(self):
        self.net = ZERO
        self.cost = ZERO
        self.realised = ZERO
        self.entry_unknown = False       # S-5: a start position whose entry will be the first mark told

    def entry(self):
        return self.cost / self.net if self.net and not self.entry_unknown else None

    def learn_entry(self, px):
        if self.entry_unknown:
            self.entry_unknown = False
            self.cost = EXACT.multiply(self.net, px)

    def fill(self, side, px, sz):
        self.learn_entry(px)
        signed = sz if side == "buy" else -sz
        if self.net and (self.net > 0) != (signed > 0):
            closed = min(sz, abs(self.net))
            if closed == abs(self.net):
                released = self.cost
            else:        # cost x closed / net: the product is exact, the quotient is rounded once (28 digits)
                released = EXACT.multiply(self.cost, closed) / abs(self.net)
            cash = EXACT.multiply(px, closed)
            if side == "buy":
                cash = -cash
            self.realised = EXACT.subtract(EXACT.add(self.realised, cash), released)
            self.cost = EXACT.subtract(self.cost, released)
            step = closed if side == "buy" else -closed
            self.net = EXACT.add(self.net, step)
            signed = EXACT.subtract(signed, step)
        if signed:
            self.net = EXACT.add(self.net, signed)
            self.cost = EXACT.add(self.cost, EXACT.multiply(px, signed))

    def correct(self, net, mark):
        """L-7: the venue knows better.  What comes or goes does so at the mark (or at the entry without one)."""
        entry = self.entry()
        px = mark if mark is not None else entry
        if not net or net * self.net < 0:
            self.cost = ZERO
            self.entry_unknown = False
        if px is None:
            self.entry_unknown = bool(net)
        elif not self.net or net * self.net < 0:
            self.cost = EXACT.multiply(net, px)
        elif abs(net) > abs(self.net):
            self.cost = EXACT.add(self.cost, EXACT.multiply(EXACT.subtract(net, self.net), px))
        elif net:
            self.cost = EXACT.multiply(self.cost, net) / self.net
        self.net = net


class Order:
    """L-1: known from sending to last word.  `role` is ladder, counter, flatten, or None for an own order found
    (an earlier life's): such an order is always being cancelled and its fills make no counter-order."""

    __slots__ = (
        "absent_once",
        "agree_at",
        "answered",
        "answers",
        "cancel",
        "cancel_rejected",
        "cancel_retry_at",
        "cancel_since",
        "cloid",
        "counted",
        "done_sz",
        "done_told",
        "early_cancel",
        "ended",
        "ended_at",
        "ended_seq",
        "filled",
        "last_change",
        "level",
        "market",
        "oid",
        "px",
        "rearm",
        "role",
        "seen_resting",
        "sent_at",
        "settled",
        "side",
        "size",
        "size_known",
        "stale",
        "tif",
        "told_remaining",
        "unknown",
    )

    def __init__(self, cloid, market, side, px, size, tif, role, level, now):
        self.cloid, self.oid, self.market, self.side, self.px = cloid, None, market, side, px
        self.size, self.size_known, self.tif, self.role, self.level = size, True, tif, role, level
        self.sent_at = self.last_change = now
        self.filled, self.told_remaining = ZERO, None
        self.seen_resting = self.answered = False
        self.cancel = self.early_cancel = self.rearm = self.cancel_rejected = False
        self.cancel_since = self.cancel_retry_at = None
        self.unknown = self.absent_once = self.stale = False
        self.ended = self.ended_at = self.ended_seq = None
        self.answers = None                                   # counter: Collected it was made from
        self.done_told, self.done_sz = False, None            # IOC
        self.settled, self.agree_at, self.counted = False, None, False      # flatten: last word, L-9

    def exposure(self):
        """I-5: size - fills told.  An order found is known by its remaining size only: all of it counts."""
        if self.size is None:
            return INFINITE
        if not self.size_known:
            return self.size
        return max(ZERO, self.size - self.filled)

    def remaining(self):
        """L-4: min(size - fills, smallest remaining told)."""
        left = self.exposure()
        return left if self.told_remaining is None else min(left, self.told_remaining)

    def state(self):
        return "cancel_requested" if self.cancel else "resting" if self.seen_resting else "sent"


class Collected:
    """L-8a: an amount waiting to become one counter-order.  Carries the mean fill price, lowest level, tries."""

    __slots__ = ("cloids", "level", "seq", "size", "tries", "value")

    def __init__(self, px, size, level, tries, cloids, seq):
        self.value, self.size, self.level = EXACT.multiply(px, size), size, level
        self.tries, self.cloids, self.seq = tries, cloids, seq

    def merge(self, other):
        self.value = EXACT.add(self.value, other.value)
        self.size = EXACT.add(self.size, other.size)
        self.level = min(self.level, other.level)
        self.tries = max(self.tries, other.tries)
        self.cloids = self.cloids + [c for c in other.cloids if c not in self.cloids]
        self.seq = other.seq

    def price(self):
        return self.value / self.size


class Query:
    __slots__ = ("final", "sent", "seq")

    def __init__(self, sent, seq, final):
        self.sent, self.seq, self.final = sent, seq, final


class Market:
    def __init__(self, name, cfg, sz_decimals=None, min_notional=None):
        self.name, self.sz_decimals, self.min_notional = name, sz_decimals, min_notional
        self.told = sz_decimals is not None
        self.quoted = False                       # configured
        self.oracle = self.mark = None            # as told; None = unusable or not told
        self.usable_mark = None                   # Q-0: > 0 and, if an oracle > 0 is told, within the gap
        self.ladder_of = self.last_ladder = None  # the ladder last computed, and what it follows from
        self.oracle_at = None
        self.wicks, self.velocity = WickWindow(cfg), Velocity(cfg)
        self.position, self.taker = Position(), ZERO
        self.orders = {}                          # cloid -> Order, not ended
        self.pending = {"buy": set(), "sell": set()}
        self.collected = {"buy": None, "sell": None}      # by the counter-order's side
        self.need_ladder = True                   # L-3's first case
        self.requoted_at = self.requote_oracle = None
        self.emergency = self.stale_oracle = self.halted = self.stale_cancel = False
        self.last_word = False
        self.adverse_side, self.adverse_count, self.adverse_at = None, 0, None
        self.flatten, self.flatten_at, self.executed = None, None, 0
        self.blocked_reported = None
        self.below_minimum_reported = False
        self.uninformative_at = None
        self.fill_seq = self.taker_seq = -1       # the last event that told a new fill / a new taker fill
        self.contained = self.taker_contained = None      # fills with an earlier venue time are in the position already
        self.diff_run, self.diff = None, ZERO

    def tell(self, oracle, mark, cfg):
        """New prices: what they say of each other is the same until the next ones."""
        self.oracle, self.mark = oracle, mark
        too_far = (mark is not None and oracle is not None and cfg.max_oracle_mark_gap_bps
                   and abs(oracle - mark) / oracle * BPS > cfg.max_oracle_mark_gap_bps)
        self.usable_mark = None if too_far else mark

    def usable(self):
        return self.oracle is not None and self.usable_mark is not None


# ====================================================================================================================
# 9. The maker: one life
# ====================================================================================================================

SIDES = ("buy", "sell")
REMEMBER_MS = 600000                  # L-4
GATE_MS = 3600000                     # I-7
ASK_AGAIN_MS = 250                    # L-7a
RETRY_MS = 250                        # L-5
VENUE_WORDS = ("filled", "canceled", "rejected", "cancel_rejected", "done")


class Refused(Exception):
    """N-6: an event that cannot be used.  It is logged and leaves everything as if a timer had come in its place."""


class Maker:

    # ---------------------------------------------------------------------------------------------- start (S-5, L-7)
    def __init__(self, start):
        self.cfg = cfg = Config(start.get("config", {}))
        now = start.get("now_ms")
        if not is_int(now) or not 0 <= now < 1 << 48:
            raise ConfigError([{"key": "now_ms", "code": "wrong_type", "value": repr(now)[:80], "allowed": "ms"}])
        self.now = self.start_ms = now
        self.seq = 0
        self.counter = 0
        self.markets = {}
        told = start.get("markets")
        errors = []
        for entry in told if isinstance(told, list) else []:
            entry = entry if isinstance(entry, dict) else {}
            name, decimals = entry.get("market"), entry.get("sz_decimals")
            minimum = number(entry.get("min_notional_usd", "10"))
            if not isinstance(name, str) or not is_int(decimals) or not 0 <= decimals <= 30 or minimum is None:
                errors.append({"key": "markets", "code": "bad_market", "value": repr(entry)[:80],
                               "allowed": "market, sz_decimals, min_notional_usd"})
            elif name not in self.markets:
                self.markets[name] = Market(name, cfg, decimals, minimum)
        if errors:
            raise ConfigError(errors)
        quoted = cfg.resolve_markets(list(self.markets))
        for name in quoted:
            self.markets[name].quoted = True

        self.orders = {}                      # cloid -> Order: every own order that has not ended
        self.ended = {}                       # cloid -> Order: ended less than REMEMBER_MS ago
        self.ended_queue = deque()
        self.by_oid = {}
        self.seen = set()                     # L-4: (venue time, market, tid)
        self.gate_fills, self.gate_sum = [], ZERO        # I-7
        self.gate_unknown_until = None
        self.gate_shut = False
        self.window_at, self.in_window = None, False      # S-1, and for when it was last looked up
        budget = start.get("request_budget")
        self.budget = number(budget) or ZERO         # N-6: no budget told, none taken
        self.requests, self.traded = 0, ZERO
        self.reserve_warned = False

        self.connected, self.await_reconnect, self.connected_seq = True, False, -1
        self.query, self.last_query, self.last_answer = None, None, None
        self.ask_now, self.ask = True, False
        self.repeat_due = now + cfg.sent_timeout_ms
        self.start_answered = False
        self.foreign_count = 0

        self.shutdown, self.stop = "none", None
        self.weekend = weekend_of(now)
        self.shutdown_latch = shutdown_start(now)
        self.dead_man_at, self.dead_man_refused = None, False
        self.wick_log_at = now + 60000

        self._begin_reply()
        if not cfg.markets:
            self.log("info", "markets", None, "no market configured: all told markets", {"markets": quoted})
        self._load_start(start)
        if in_shutdown_window(now):                                                                   # S-3
            self.begin_shutdown("window")
        self.found = True
        self._tail("start")
        self.start_reply = self._end_reply()

    def _load_start(self, start):
        def entries(key):
            value = start.get(key)
            if value is not None and not isinstance(value, list):
                self.log("warn", "refused", None, f"the start record's {key} are unusable")
            return value if isinstance(value, list) else []

        for entry in entries("fills"):
            # S-5: seeds identities and the gate only
            if not isinstance(entry, dict):
                continue
            key = self._identity(entry)
            if key is None:
                self.log("warn", "refused", None, "a start fill has no identity")
                if self.is_own(entry.get("cloid"), None) is False:
                    self._gate_unknown(None)
                continue
            if key not in self.seen:
                self.seen.add(key)
                if not self.is_own(entry.get("cloid"), entry.get("oid")):
                    self._gate_add(entry)
        for entry in entries("positions"):
            told = self._told_position(entry)
            if told is None:
                self.log("warn", "refused", None, "an unusable start position")
                continue
            name, size, taker = told
            m = self.markets.get(name)
            if m is None:
                if size == taker:
                    continue
                m = self.market_for(name)
            m.taker = taker
            m.position.net = EXACT.subtract(size, taker)
            if m.position.net:
                # Reading of S-5: a told entry_px is the history; without one the first mark of this life is the entry.
                entry_px = positive(entry.get("entry_px"))
                m.position.entry_unknown = True
                if entry_px is not None:
                    m.position.learn_entry(entry_px)
        for entry in entries("open_orders"):
            if isinstance(entry, dict) and self.is_own(entry.get("cloid"), None):
                self.adopt(entry)

    # ------------------------------------------------------------------------------------------------- reply helpers
    def _begin_reply(self):
        self.log_lines = []
        self.cancels, self.flattens, self.passive, self.active = [], [], [], []
        self.schedule, self.schedule_clear, self.query_action = [], [], []
        self.mm_fill = None
        self.new_counters = []
        self.answer = None               # the answer accepted in this event
        self.own_fill_told = False
        self.found = False               # S-3: something may have been found by this event
        self.event_market = None         # the market of an oracle event (only it requotes, L-3)

    def _end_reply(self):
        # Cancels first: they clear the path of a flatten (L-13).  Neighbours of one class form one batch.
        actions = [*self.schedule, *self.cancels, *self.flattens, *self.passive, *self.active,
                   *self.schedule_clear, *self.query_action]
        return {"actions": actions, "log": self.log_lines, "mm_fill": self.mm_fill}

    def log(self, level, code, market, line, fields=None):
        self.log_lines.append({"level": level, "code": code, "market": market, "text": line, "fields": fields or {}})

    # --------------------------------------------------------------------------------------------------- small helpers
    def market_for(self, name):
        """A market, created when an own order, fill or position turns up in one that was not told (L-7)."""
        m = self.markets.get(name)
        if m is None:
            m = self.markets[name] = Market(name, self.cfg)
        return m

    def is_own(self, cloid, oid):
        """L-11: own by the prefix, in any life; without a cloid by an oid that we know."""
        if isinstance(cloid, str):
            return cloid.lower().startswith(self.cfg.own_prefix)
        return oid is not None and self._oid_key(oid) in self.by_oid

    @staticmethod
    def _oid_key(oid):
        return oid if is_int(oid) or isinstance(oid, str) else None

    def find(self, ev):
        """The order an event is about: (live or None, ended or None)."""
        cloid = ev.get("cloid")
        if not isinstance(cloid, str):
            cloid = self.by_oid.get(self._oid_key(ev.get("oid")))
            if cloid is None:
                return None, None
        cloid = cloid.lower()
        live, ended = self.orders.get(cloid), self.ended.get(cloid)
        order = live or ended
        if order is not None and "market" in ev and ev["market"] != order.market.name:
            return None, None
        return live, ended

    def learn_oid(self, order, oid):
        key = self._oid_key(oid)
        if key is not None and order.oid != key:
            if order.oid is not None:
                self.by_oid.pop(order.oid, None)
            order.oid = key
            self.by_oid[key] = order.cloid

    def halted(self, m):
        return self.halt_all or m.stale_cancel

    @property
    def halt_all(self):
        """L-6.  Reading: "the other causes halt all" are the other causes of the bracket that follows it (gate, hard
        stop, disconnect, beginning of a life); an unanswered place or an `unknown` asks for a reconcile only."""
        return (not self.start_answered or not self.connected or self.await_reconnect or self.gate_shut
                or self.stop == "hard_stop")

    def closed(self):
        """Outside the quoting window, or stopped for good."""
        if self.window_at != self.now:
            self.window_at, self.in_window = self.now, in_quoting_window(self.now, self.cfg.weekend_only)
        return self.stop is not None or not self.in_window

    def may_risk(self, m):
        """Everything that must hold before a ladder or counter-order may be placed in m, its price apart."""
        return (self.cfg.enabled and m.quoted and m.told and self.shutdown == "none" and not self.closed()
                and not self.halted(m) and not m.emergency and not m.stale_oracle)

    def signed_net(self, m, side):
        return m.position.net if side == "buy" else -m.position.net

    def fits(self, m, total, mark):
        """I-5 on one side: total = net (seen from that side) + sizes."""
        return max(ZERO, total) * mark <= self.cfg.max_position_usd

    def side_sum(self, m, side, with_cancelled):
        """Sigma (size - fills told) of own orders of a side, flatten orders apart."""
        total = ZERO
        for o in m.orders.values():
            if o.role != "flatten" and o.side in (side, None) and (with_cancelled or not o.cancel):
                total += o.exposure()
        return total

    def meets_own(self, m, side, px):
        """L-13: an own order of the other side, not ended by all we were told (flattens too), that px would meet."""
        for o in m.orders.values():
            if o.side != side and (o.px is None or (px >= o.px if side == "buy" else px <= o.px)):
                return True
        return False

    def refuses_addition(self, m, side):
        """I-3: at |ratio| >= warn, nothing that adds."""
        mark, net = m.usable_mark, m.position.net
        if mark is None or not net or (net > 0) != (side == "buy"):
            return False
        return abs(net * mark / self.cfg.max_position_usd) >= self.cfg.inventory_warn_ratio

    # ----------------------------------------------------------------------------------------------- sending (L-11/12)
    def budget_allows(self):
        """L-12: placements (not reduce-only) stop when less than the reserve is left."""
        if self.budget + self.traded - self.requests >= self.cfg.request_reserve:
            self.reserve_warned = False
            return True
        if not self.reserve_warned:
            self.reserve_warned = True
            self.log("warn", "request_reserve", None, "placements stop: the request reserve is reached")
        return False

    def place(self, m, side, px, sz, tif, role, level, reduce_only=False, answers=None):
        self.counter += 1
        cloid = f"{self.cfg.own_prefix}{self.start_ms:012x}{self.counter:012x}"                   # L-11
        order = Order(cloid, m, side, px, sz, tif, role, level, self.now)
        order.answers = answers
        self.orders[cloid] = m.orders[cloid] = order
        self.requests += 1
        action = {"type": "place", "cloid": cloid, "market": m.name, "side": side, "px": text(px), "sz": text(sz),
                  "tif": tif, "reduce_only": reduce_only, "role": role}
        if level is not None:
            action["level"] = level
        if answers is not None:
            action["for"] = answers.cloids
        (self.flattens if role == "flatten" else self.passive if tif == "alo" else self.active).append(action)
        return order

    def request_cancel(self, o):
        """Requests a cancel once.  A flatten is an IOC: it cannot rest, so it is cancelled only if told resting."""
        if o.cancel or (o.role == "flatten" and not o.seen_resting):
            return
        o.cancel = True
        self.send_cancel(o)

    def send_cancel(self, o):
        o.cancel_retry_at = None
        o.rearm = o.cancel_rejected = False
        if not o.seen_resting:
            o.early_cancel = True                  # this cancel may overtake the place (L-5)
        if o.cancel_since is None:
            o.cancel_since = self.now              # Reading of L-6: from the first cancel still unanswered
        o.last_change = self.now
        self.requests += 1
        action = {"type": "cancel", "market": o.market.name}
        if o.oid is not None:
            action["oid"] = o.oid
        else:
            action["cloid"] = o.cloid
        self.cancels.append(action)

    def cancel_ladder(self, m):
        """No ladder until the next requote: cancels its rungs and forgets the pending ones."""
        m.need_ladder = True
        m.pending["buy"].clear()
        m.pending["sell"].clear()
        for o in m.orders.values():
            if o.role == "ladder":
                self.request_cancel(o)

    # ----------------------------------------------------------------------------------------- last words (L-1 .. L-5)
    def end(self, o, why):
        if o.ended is not None:
            return
        o.ended, o.ended_at, o.ended_seq = why, self.now, self.seq
        del self.orders[o.cloid]
        del o.market.orders[o.cloid]
        self.ended[o.cloid] = o
        self.ended_queue.append((self.now, self.seq, o))
        o.market.last_word = True
        if o.role == "flatten":
            self.settle_flatten(o)

    def forget_old(self):
        while self.ended_queue and self.now - self.ended_queue[0][0] > REMEMBER_MS:
            _, seq, o = self.ended_queue.popleft()
            if o.ended is not None and o.ended_seq == seq:       # not revived since
                self.ended.pop(o.cloid, None)
                if o.oid is not None and self.by_oid.get(o.oid) == o.cloid:
                    del self.by_oid[o.oid]

    def revive(self, o):
        """L-7a: an ended order that is live after all is known again and cancelled."""
        self.log("warn", "order_revived", o.market.name, "an ended own order is live", {"cloid": o.cloid})
        self.ended.pop(o.cloid, None)
        o.ended = o.ended_at = None
        o.seen_resting = o.answered = True
        o.absent_once = o.unknown = o.stale = False
        o.cancel, o.cancel_since = False, None
        self.orders[o.cloid] = o.market.orders[o.cloid] = o
        self.found = True
        self.request_cancel(o)

    def adopt(self, entry):
        """L-7: an own order that we do not know is known from now on, and cancelled, in whatever market."""
        name = entry.get("market")
        if not isinstance(name, str):
            self.log("warn", "refused", None, "an own order without a market")
            return
        if entry["cloid"].lower() in self.orders:
            return
        m = self.market_for(name)
        side = entry.get("side") if entry.get("side") in SIDES else None
        remaining = number(entry.get("remaining", entry.get("sz")))
        cloid = entry.get("cloid")
        if remaining is not None:
            remaining = max(ZERO, remaining)
        o = Order(cloid.lower(), m, side, positive(entry.get("px")), remaining, None, None, None, self.now)
        # Only what remains is known for sure: its fills may be in flight, so fills never end it (an answer, a
        # `canceled` or a reject of its cancel does), and none of its exposure is taken off before that.
        o.size_known = False
        o.seen_resting = o.answered = True
        self.orders[o.cloid] = m.orders[o.cloid] = o
        self.learn_oid(o, entry.get("oid"))
        self.log("warn", "own_order_found", name, "an own order that is not known is cancelled", {"cloid": o.cloid})
        self.found = True
        self.request_cancel(o)

    # ---------------------------------------------------------------------------------------------------- events (N-5)
    def event(self, now_ms, ev):
        """Handles one event and returns its reply.  Total: whatever comes is answered (N-6)."""
        self._begin_reply()
        self.seq += 1
        if not is_int(now_ms) or now_ms >= 1 << 60:
            self.log("warn", "refused", None, "an event without a usable time is handled at the last one's")
        elif now_ms < self.now:
            self.log("warn", "time_went_back", None, "handled at the time of the last event",
                     {"told": now_ms, "used": self.now})
        else:
            self.now = now_ms
        self.forget_old()
        kind = ev.get("type") if isinstance(ev, dict) else None
        handler = self.HANDLERS.get(kind) if isinstance(kind, str) else None
        # Section 9: an oracle is recorded (V, W) before the sessions; everything else comes after them.
        if kind != "oracle":
            self.sessions()
        try:
            if handler is None:
                raise Refused("unknown event type")
            handler(self, ev)
        except Refused as why:
            self.log("warn", "refused", None, f"{str(kind)[:40]}: {why}")
        except Exception as why:         # a defect of ours must not stop the tail, which cancels and closes
            traceback.print_exc(file=sys.stderr)
            self.log("error", "internal", None, f"{str(kind)[:40]}: {str(why)[:100]}")
        if kind == "oracle":
            self.sessions()
        self._tail(kind)
        return self._end_reply()

    def on_timer(self, ev):
        pass

    def on_oracle(self, ev):
        m = self.markets.get(ev.get("market")) if isinstance(ev.get("market"), str) else None
        if m is None or not m.told:
            raise Refused("a market that was not told")
        oracle, mark = positive(ev.get("oracle_px")), positive(ev.get("mark_px"))
        self.event_market = m
        m.tell(oracle, mark, self.cfg)             # unusable is None: fail closed (Q-0, N-6)
        if mark is not None:
            m.position.learn_entry(mark)
        refused = m.wicks.tick(self.now, oracle)                                                      # V-7
        if refused:
            self.log("warn", refused, m.name, "the tick is not recorded")
        m.velocity.update(oracle)
        if oracle is not None:
            m.oracle_at = self.now
        if not m.usable():
            why = ("oracle price unusable" if oracle is None else "mark price unusable" if mark is None
                   else "oracle and mark are too far apart")
            self.log("warn", "unusable_price", m.name, why)
        if m.wicks.uninformative() and (m.uninformative_at is None or self.now - m.uninformative_at >= 60000):   # V-10
            m.uninformative_at = self.now
            self.log("warn", "uninformative_statistics", m.name, "valid wick statistics with P100 = 0")

    def on_resting(self, ev):
        live, ended = self.find(ev)
        remaining = number(ev.get("remaining"))
        if live is not None:
            self._seen_resting(live, ev.get("oid"), remaining)
            live.last_change = self.now
            if not live.cancel:
                live.unknown = False
            if live.role == "flatten":
                self.request_cancel(live)             # an IOC must not rest
            elif live.rearm:                                                                          # L-5
                self.send_cancel(live)
        elif ended is not None:
            # L-7a: only absence and send_failed can be wrong; the venue's own word revives nothing.
            if ended.ended not in VENUE_WORDS:
                self.learn_oid(ended, ev.get("oid"))
                if remaining is not None:
                    ended.told_remaining = (remaining if ended.told_remaining is None
                                            else min(remaining, ended.told_remaining))
                self.revive(ended)
        elif isinstance(ev.get("cloid"), str) and self.is_own(ev["cloid"], None):
            if ev["cloid"].lower() in self.orders or ev["cloid"].lower() in self.ended:
                raise Refused("the order is of another market")
            self.adopt(ev)
        else:
            raise Refused("not an own order")

    def _seen_resting(self, o, oid, remaining):
        o.seen_resting = o.answered = True
        o.absent_once = False
        self.learn_oid(o, oid)
        if remaining is not None and remaining >= 0:
            o.told_remaining = remaining if o.told_remaining is None else min(o.told_remaining, remaining)

    def on_done(self, ev):
        live, ended = self.find(ev)
        o = live or ended
        if o is None:
            raise Refused("not a known order")
        if o.tif != "ioc":
            raise Refused("done ends an IOC only")
        self.learn_oid(o, ev.get("oid"))
        o.done_told = True
        filled = number(ev.get("filled_sz"))
        if filled is not None and filled >= 0:
            o.done_sz = filled
        if live is not None:
            self.end(live, "done")
        if o.role == "flatten":
            self.settle_flatten(o)

    def on_canceled(self, ev):
        live, ended = self.find(ev)
        if live is not None:
            self.learn_oid(live, ev.get("oid"))
            self.end(live, "canceled")
        elif ended is None:
            raise Refused("not a known order")
        elif ended.ended not in VENUE_WORDS:
            ended.ended = "canceled"                  # now it is the venue's own word

    def on_rejected(self, ev):
        live, ended = self.find(ev)
        o = live or ended
        if o is None:
            raise Refused("not a known order")
        if live is not None:
            self.end(live, "rejected")
            if live.role == "counter":
                self.counter_failed(live)
        elif o.ended not in VENUE_WORDS:
            o.ended = "rejected"
        if o.role == "flatten":
            o.settled = True
            self.ask = True                                                                           # L-9

    def on_cancel_rejected(self, ev):
        live, ended = self.find(ev)
        if live is None:
            if ended is None:
                raise Refused("not a known order")
            return
        o = live
        if not o.cancel:
            raise Refused("no cancel of it was sent")
        o.last_change = self.now
        o.cancel_since = None                         # answered
        if o.seen_resting and not o.early_cancel:                                                     # L-5
            self.end(o, "cancel_rejected")
            return
        o.cancel_rejected = True                      # ends nothing: reconcile, L-7a decides
        if not o.seen_resting:
            o.rearm = True
        self.ask = True

    def on_send_failed(self, ev):
        live, ended = self.find(ev)
        if live is None:
            if ended is not None and ended.role == "flatten" and not ended.filled:
                ended.settled = True
                return
            raise Refused("not a live order")
        o = live
        # Reading of L-5: an `action` field, if there is one, says what failed.  Without it: no cancel requested -> the
        # place; otherwise the cancel.  (An unanswered place with a cancel out could be either; taking it for the cancel
        # never forgets an order, and the reconcile asked for ends it if the place was meant.)
        about = ev.get("action", ev.get("what"))
        is_cancel = o.cancel if about not in ("place", "cancel") else about == "cancel"
        o.last_change = self.now
        if is_cancel:
            if not o.cancel:
                raise Refused("no cancel of it was sent")
            o.cancel_retry_at = self.now + RETRY_MS
            o.cancel_since = None
            if not o.seen_resting:
                o.unknown = True
                self.ask = True
            return
        if o.seen_resting or o.filled:
            raise Refused("the order was seen at the venue")
        self.end(o, "send_failed")
        if o.role == "counter":
            self.counter_failed(o)
        if o.role == "flatten":
            o.settled = True

    def on_unknown(self, ev):
        live, _ = self.find(ev)
        if live is None:
            raise Refused("not a live order")
        live.unknown = True                                                                           # L-6: reconcile
        self.ask = True

    def on_schedule_cancel_rejected(self, ev):
        if not self.dead_man_refused:                                                                 # L-10
            self.dead_man_refused = True
            self.log("warn", "dead_man_refused", None, "the venue refuses the schedule-cancel")

    def on_disconnected(self, ev):
        self.connected = False                                                                        # L-14
        for o in list(self.orders.values()):
            self.request_cancel(o)
        for m in self.markets.values():
            self.cancel_ladder(m)

    def on_connected(self, ev):
        if not self.connected:
            self.connected, self.await_reconnect = True, True
        self.connected_seq = self.seq
        self.query = None                             # an answer of the old connection will not come
        self.ask_now = True                           # L-7: after a reconnect, and again sent_timeout_ms later
        self.repeat_due = max(self.repeat_due or 0, self.now + self.cfg.sent_timeout_ms)
        self.found = True

    def on_shutdown(self, ev):
        # An unusable reason is no permission to go on: it stops like a signal.
        reason = "hard_stop" if ev.get("reason") == "hard_stop" else "signal"
        if self.stop != "hard_stop":
            self.stop = reason
        self.begin_shutdown(reason)

    # ------------------------------------------------------------------------------------------ fills (I-0, L-4, L-8)
    def _identity(self, ev):
        market, tid, time_ms = ev.get("market"), ev.get("tid"), ev.get("time_ms")
        if not isinstance(market, str) or not is_int(time_ms) or not (is_int(tid) or isinstance(tid, str)):
            return None
        return time_ms, market, tid

    def on_fill(self, ev):
        # Attribution first, before any book changes, and by the cloid, never by the name of the event (L-11).
        live, ended = self.find(ev)
        own = self.mm_fill = bool(self.is_own(ev.get("cloid"), ev.get("oid")))
        key = self._identity(ev)
        side, px, sz = ev.get("side"), positive(ev.get("px")), positive(ev.get("sz"))
        if key is None or side not in SIDES or px is None or sz is None:
            if not own and (key is None or key not in self.seen):
                self._gate_unknown(ev.get("time_ms"))
            raise Refused("a fill with unusable values")
        if key in self.seen:                                                                          # L-4
            return
        self.seen.add(key)
        if own:
            self.own_fill(ev, live or ended, side, px, sz)
            return
        self._gate_add(ev)                                                                            # I-7, taker only
        m = self.markets.get(ev["market"])
        if m is not None:
            m.fill_seq = m.taker_seq = self.seq
            if m.taker_contained is None or ev["time_ms"] >= m.taker_contained:
                m.taker = EXACT.add(m.taker, sz if side == "buy" else -sz)

    def own_fill(self, ev, o, side, px, sz):
        m = self.market_for(ev["market"])
        if o is not None and (o.market is not m or (o.side is not None and o.side != side)):
            o = None                                  # impossible, but the fill itself counts
        self.own_fill_told = self.found = True
        self.traded += px * sz
        if m.told and ev.get("mark_px") is not None:
            m.tell(m.oracle, positive(ev["mark_px"]), self.cfg)          # the mark told with the fill is the mark as last told (L-8)
        if m.mark is not None:
            m.position.learn_entry(m.mark)
        first = False
        if o is not None:
            self.learn_oid(o, ev.get("oid"))
            first = not o.filled
            o.filled = EXACT.add(o.filled, sz)
            o.answered = True
            o.last_change = self.now
            if o.ended is None and o.size_known and o.filled >= o.size:
                self.end(o, "filled")
            elif o.role == "flatten":
                self.settle_flatten(o)
            if o.ended is not None and o.ended not in VENUE_WORDS:
                self.ask = True                       # it was live when we took it for gone: ask
                if not o.seen_resting and o.size_known and o.filled < o.size:
                    self.revive(o)                    # L-7a: never seen resting and partly filled
        m.executed = 0                                # L-9: a new fill resets the count
        m.blocked_reported = None
        if m.contained is None or ev["time_ms"] >= m.contained:
            before = m.position.net
            m.position.fill(side, px, sz)
            m.fill_seq = self.seq
            self.net_moved(m, before)
        if o is None or o.role != "ladder":
            return
        if first:                                                                                     # I-6
            self.decay_adverse(m)
            if m.adverse_side == side:
                m.adverse_count += 1
            else:
                m.adverse_side, m.adverse_count = side, 1
            m.adverse_at = self.now
        if self.cfg.counter_order_enabled:
            self.new_counters.append((m, opposite(side), Collected(px, sz, o.level or 0, 0, [o.cloid], self.seq)))

    def net_moved(self, m, before):
        """L-8a: any fall of |net| below a collected amount clears it (a flip passes through 0).  Reading: it is cleared
        whole, and an amount collected for this very fill is not touched by the fall that its own fill made."""
        net = m.position.net
        if abs(net) < abs(before) or net * before < 0:
            for side in SIDES:
                c = m.collected[side]
                if c is not None and (net * before < 0 or abs(net) < c.size):
                    m.collected[side] = None

    def _gate_add(self, ev):
        fee, pnl = number(ev.get("fee")), number(ev.get("closed_pnl"))
        if fee is None or pnl is None:
            self._gate_unknown(ev["time_ms"])
            return
        amount = pnl - fee
        insort(self.gate_fills, (ev["time_ms"], amount))
        self.gate_sum = EXACT.add(self.gate_sum, amount)

    def _gate_unknown(self, time_ms):
        """N-6: a taker fill whose result cannot be read could be the loss that shuts the gate."""
        until = (time_ms if is_int(time_ms) and time_ms < self.now else self.now) + GATE_MS
        self.gate_unknown_until = max(self.gate_unknown_until or 0, until)
        self.log("warn", "refused", None, "a taker fill without a usable result counts as a loss for an hour")

    def decay_adverse(self, m):
        if (m.adverse_count and self.cfg.adverse_decay_ms
                and self.now - m.adverse_at >= self.cfg.adverse_decay_ms):
            m.adverse_count = 0

    # ------------------------------------------------------------------------------------ reconcile: answers (L-7)
    def _told_position(self, entry):
        if not isinstance(entry, dict) or not isinstance(entry.get("market"), str):
            return None
        size = number(entry.get("size"))
        taker = number(entry.get("taker_size", "0"))
        if size is None or taker is None:
            return None
        return entry["market"], size, taker

    def on_open_orders(self, ev):
        q = self.query
        if q is None or ev.get("sent_ms") != q.sent or isinstance(ev.get("sent_ms"), bool):
            return                                    # an answer to any but the outstanding query is ignored
        orders, positions = ev.get("orders"), ev.get("positions")
        if not isinstance(orders, list) or not isinstance(positions, list):
            raise Refused("an answer without orders or positions")
        self.query, self.last_answer = None, self.now
        self.found = True
        complete = True
        present, foreign = {}, 0
        for entry in orders:
            if not isinstance(entry, dict):
                complete = False                      # it could be any order: absence proves nothing (N-6)
                continue
            cloid, oid = entry.get("cloid"), self._oid_key(entry.get("oid"))
            if isinstance(cloid, str):
                if self.is_own(cloid, None):
                    present[cloid.lower()] = entry
                else:
                    foreign += 1
            elif oid in self.by_oid:
                present[self.by_oid[oid]] = entry
            else:
                complete = complete and oid is not None
                foreign += 1
        if foreign != self.foreign_count:
            self.foreign_count = foreign
            self.log("info", "foreign_orders", None, f"{foreign} open orders of others", {"count": foreign})
        for o in list(self.orders.values()):
            entry = present.get(o.cloid)
            if o.last_change >= q.sent:
                continue                              # judged only if its last change is older than the query
            if entry is not None:
                self.learn_oid(o, entry.get("oid"))
                self._seen_resting(o, entry.get("oid"), number(entry.get("remaining", entry.get("sz"))))
                if o.side is None and entry.get("side") in SIDES:
                    o.side = entry["side"]            # found by `resting`, which tells no side (L-13)
                if o.role == "flatten":
                    self.request_cancel(o)
                elif o.cancel:
                    self.send_cancel(o)
                else:
                    o.unknown = False
            elif complete:
                if o.seen_resting or (o.absent_once and q.sent >= o.sent_at + self.cfg.sent_timeout_ms):
                    self.end(o, "absent")
                else:
                    o.absent_once = True
        for cloid, entry in present.items():
            if cloid in self.orders:
                continue
            o = self.ended.get(cloid)
            if o is None:
                self.adopt(dict(entry, cloid=cloid))
            elif q.seq >= o.ended_seq:                # asked for after its end
                self.learn_oid(o, entry.get("oid"))
                self.revive(o)
        matches = self.judge_positions(q, positions)
        # "the answer tells no own order" is judged on the answer itself, not on what we made of it
        self.answer = (q, not present and complete and matches)
        if q.sent >= self.start_ms + self.cfg.sent_timeout_ms:                                        # S-5
            self.start_answered = True
        if self.repeat_due is not None and q.sent >= self.repeat_due:
            self.repeat_due = None
        if self.connected and self.await_reconnect and q.seq >= self.connected_seq:                   # L-14
            self.await_reconnect = False

    def judge_positions(self, q, positions):
        """L-7's correction and L-9's flatten agreement.  True if the answer tells the books' positions."""
        told, usable = {}, True
        for entry in positions:
            parsed = self._told_position(entry)
            if parsed is None:
                usable = False
                continue
            told[parsed[0]] = parsed[1:]
        if not usable:
            self.log("warn", "refused", None, "an answer with an unusable position")
            return False
        for name, (size, taker) in told.items():
            if name not in self.markets and size != taker:
                self.market_for(name)
        matches = True
        for name, m in self.markets.items():
            size, taker = told.get(name, (ZERO, ZERO))            # a market that is not listed is flat
            if m.taker_seq <= q.seq:                              # the taker's part, for L-9's netting
                m.taker, m.taker_contained = taker, q.sent
            venue = EXACT.subtract(size, taker)
            m.diff = EXACT.subtract(venue, m.position.net)
            corrected = False
            if m.fill_seq > q.seq:
                m.diff_run = None                                 # a fill was told since: shows nothing
            elif not m.diff:
                m.diff_run = None
            else:
                # Reading: "two answers in a row" = an unbroken run of answers with the same difference whose first and
                # last queries are sent_timeout_ms apart (L-7a asks more often than that).
                run = m.diff_run
                if run is None or run[0] != m.diff or m.fill_seq > run[2]:
                    m.diff_run = (m.diff, q.sent, q.seq)
                elif q.sent - run[1] >= self.cfg.sent_timeout_ms:
                    corrected = True
                    self.correct_position(m, venue, q)
            if m.position.net != venue:
                matches = False
            f = m.flatten
            if f is not None and not f.settled and f.ended is not None:
                if corrected:
                    self.flatten_last_word(f)
                elif m.diff or q.seq < f.ended_seq:
                    f.agree_at = None
                elif f.agree_at is None:
                    f.agree_at = q.sent
                elif q.sent - f.agree_at >= self.cfg.sent_timeout_ms:
                    self.flatten_last_word(f)
        return matches

    def correct_position(self, m, venue, q):
        before = m.position.net
        self.log("warn", "position_corrected", m.name, "the position becomes the venue's less the taker's part",
                 {"from": text(before), "to": text(venue)})
        m.position.correct(venue, m.usable_mark)
        m.contained = q.sent                          # fills with an earlier venue time are contained in it
        m.diff, m.diff_run = ZERO, None
        m.executed, m.blocked_reported = 0, None
        self.own_fill_told = True                     # it stands for a fill that was never told
        self.net_moved(m, before)

    # --------------------------------------------------------------------------------------------------- sessions (S)
    def sessions(self):
        now = self.now
        start = shutdown_start(now)
        if start > self.shutdown_latch:                                                               # S-2
            self.shutdown_latch = start
            self.begin_shutdown("window")
        weekend = weekend_of(now)
        if weekend > self.weekend:                                                                    # S-4
            self.weekend = weekend
            for m in self.markets.values():
                m.velocity.reset()
                m.adverse_side, m.adverse_count, m.adverse_at = None, 0, None
                m.collected["buy"] = m.collected["sell"] = None
                m.need_ladder = True

    def begin_shutdown(self, reason):
        self.log("info", "shutdown", None, f"shutdown: {reason}", {"reason": reason})
        if self.shutdown != "running":
            self.open_shutdown()
            for m in self.markets.values():
                m.executed, m.blocked_reported = 0, None

    def open_shutdown(self):
        self.shutdown = "running"
        if self.query is not None:
            self.query.final = False

    # ------------------------------------------------------------------------------------------- the common tail (N-5)
    def _tail(self, kind):
        self.update_gate()
        self.reopen_shutdown()
        for m in self.markets.values():
            self.limits(m)
        self.timeouts()
        for m in self.markets.values():
            self.guard_ladder(m)
        self.ages()
        if self.cfg.counter_order_enabled:
            self.counters()
        for m in self.markets.values():
            if m.quoted:
                self.ladder(m)
            m.last_word = False
        if self.shutdown == "running":
            self.run_shutdown()
        self.ask_queries()
        self.dead_man()
        self.wick_log()

    def update_gate(self):
        """I-7: taker fills of the last hour, by their venue time."""
        fills = self.gate_fills
        while fills and self.now - fills[0][0] >= GATE_MS:
            self.gate_sum = EXACT.subtract(self.gate_sum, fills.pop(0)[1])
        limit = self.cfg.max_hourly_drawdown_usd
        unknown = self.gate_unknown_until is not None and self.now < self.gate_unknown_until
        shut = bool(limit) and (self.gate_sum <= -limit or unknown)
        if shut != self.gate_shut:
            self.gate_shut = shut
            self.log("warn", "drawdown_gate", None, "the drawdown gate %s" % ("shuts" if shut else "opens"),
                     {"sum": text(self.gate_sum)})

    # ---- I-3, I-4
    def limits(self, m):
        net = m.position.net
        if not net:
            m.emergency = False
            return
        mark = m.usable_mark
        if mark is None:
            return                                    # as it was; without a mark nothing is placed anyway
        ratio = abs(net * mark / self.cfg.max_position_usd)
        emergency = ratio >= self.cfg.inventory_emergency_ratio
        if emergency and not m.emergency:
            self.log("error", "inventory_emergency", m.name, "the position is closed", {"net": text(net)})
        m.emergency = emergency
        if emergency:
            self.cancel_ladder(m)
            for o in list(m.orders.values()):
                self.request_cancel(o)
            m.collected["buy"] = m.collected["sell"] = None
            # Reading: while a shutdown is open or done outside the window, L-9 alone closes (one flatten at a time,
            # its sizes and its number of attempts); otherwise I-4 does, without a limit of attempts.
            if self.shutdown == "none":
                self.try_flatten(m, abs(net), mark)
        elif ratio >= self.cfg.inventory_warn_ratio:
            adding = "buy" if net > 0 else "sell"
            m.pending[adding].clear()
            for o in list(m.orders.values()):
                if o.side in (adding, None):
                    self.request_cancel(o)

    def try_flatten(self, m, size, mark):
        """One reduce-only IOC, if the last one has its last word and is requote_interval_ms old."""
        if m.flatten is not None and not m.flatten.settled:
            return
        if m.flatten_at is not None and self.now - m.flatten_at < self.cfg.requote_interval_ms:
            return
        order = self.flatten_order(m, size, mark)
        if order is None:
            return
        side, px, sz = order
        m.flatten = self.place(m, side, px, sz, "ioc", "flatten", None, reduce_only=True)
        m.flatten_at = self.now

    def flatten_order(self, m, size, mark):
        """(side, px, sz) after rounding, or None if nothing can be sent."""
        if not m.told or mark is None:
            return None
        side = "sell" if m.position.net > 0 else "buy"
        slippage = self.cfg.flatten_slippage_bps / BPS
        px = round_price(mark * (ONE - slippage if side == "sell" else ONE + slippage), side, m.sz_decimals)
        sz = round_size(size, m.sz_decimals)
        return None if px is None or sz <= 0 else (side, px, sz)

    def settle_flatten(self, f):
        """L-9's last word of an attempt: all its fills told (by its size, or by what its `done` names)."""
        if f.done_told and not f.counted:
            self.count_attempt(f)
        if f.ended == "filled" or f.filled >= f.size or (f.done_sz is not None and f.filled >= f.done_sz):
            self.flatten_last_word(f)

    def flatten_last_word(self, f):
        if not f.settled:
            f.settled = True
            if f.filled:
                self.count_attempt(f)

    def count_attempt(self, f):
        """L-9 counts what the venue executed: an attempt with a `done` or a fill."""
        if not f.counted:
            f.counted = True
            f.market.executed += 1

    # ---- L-6
    def timeouts(self):
        cfg, now = self.cfg, self.now
        stale_since = now - (cfg.stale_cancel_timeout_ms or 10000)
        unanswered_since = now - cfg.sent_timeout_ms
        self.waiting = False
        for m in self.markets.values():
            stale_market = False
            for o in m.orders.values():
                if o.cancel_since is not None and o.cancel_since <= stale_since and not o.stale:
                    o.stale = True
                    self.log("warn", "stale_cancel", m.name, "a cancel is unanswered", {"cloid": o.cloid})
                if o.stale:          # Reading: the thing waited for is the order; the halt ends when its order has ended
                    stale_market = self.waiting = True
                # An IOC is answered by its last word only, everything else by `resting` or a fill as well.
                elif (o.unknown or o.cancel_rejected or o.absent_once
                        or ((not o.answered or o.tif == "ioc") and o.sent_at <= unanswered_since)):
                    self.waiting = True
            stale_market = stale_market and cfg.stale_cancel_timeout_ms > 0
            if stale_market != m.stale_cancel:
                m.stale_cancel = stale_market
                self.log("warn", "halt" if stale_market else "resume", m.name,
                         "quoting is halted: stale cancel" if stale_market else "the stale cancel has ended")
            if m.diff or (m.flatten is not None and not m.flatten.settled and m.flatten.ended is not None):
                self.waiting = True
        if self.connected and not self.await_reconnect:
            for o in self.orders.values():                                                            # L-5
                if o.cancel_retry_at is not None and now >= o.cancel_retry_at:
                    self.send_cancel(o)

    # ---- Q-0, Q-11, halts: what cancels a resting ladder
    def guard_ladder(self, m):
        cfg = self.cfg
        if self.halted(m):
            self.cancel_ladder(m)
        stale = (cfg.oracle_max_age_ms > 0 and m.oracle_at is not None
                 and self.now - m.oracle_at > cfg.oracle_max_age_ms)
        if stale and not m.stale_oracle:
            self.log("warn", "stale_oracle", m.name, "the oracle price is too old", {"age_ms": self.now - m.oracle_at})
        m.stale_oracle = stale
        if stale or not m.usable():
            self.cancel_ladder(m)

    def ages(self):
        limit = self.cfg.counter_max_age_ms
        if limit:
            sent_by = self.now - limit
            for o in self.orders.values():
                if o.sent_at <= sent_by and o.role == "counter":
                    self.request_cancel(o)

    # ---- L-8, L-8a
    def counters(self):
        for m in self.markets.values():
            if m.emergency or self.shutdown == "running":
                m.collected["buy"] = m.collected["sell"] = None
                continue
            for side in SIDES:
                c = m.collected[side]
                if c is not None and c.seq < self.seq and self.send_counter(m, side, c):
                    m.collected[side] = None
        for m, side, c in self.new_counters:
            # Outside the window and while L-9 is open none is made at all
            if not self.cfg.enabled or not m.quoted or self.closed() or self.shutdown != "none" or m.emergency:
                continue
            if not self.send_counter(m, side, c):
                self.collect(m, side, c)

    def collect(self, m, side, c):
        if m.collected[side] is None:
            m.collected[side] = c
        else:
            m.collected[side].merge(c)

    def send_counter(self, m, side, c):
        """Sends c as one counter-order at the mark of now; False if L-8a says that it waits."""
        cfg = self.cfg
        mark = m.usable_mark
        if mark is None or not self.may_risk(m):
            return False
        _, px, _ = counter_price(cfg, opposite(side), c.price(), c.level, mark)
        if px <= 0:
            return False
        px, sz = round_price(px, side, m.sz_decimals), round_size(c.size, m.sz_decimals)
        if px is None or sz <= 0 or px * sz < m.min_notional:
            return False
        if cfg.counter_max_open and sum(1 for o in m.orders.values() if o.role == "counter") >= cfg.counter_max_open:
            return False
        if self.refuses_addition(m, side) or self.meets_own(m, side, px):
            return False
        if not self.fits(m, self.signed_net(m, side) + self.side_sum(m, side, True) + sz, mark):
            return False
        if not self.budget_allows():
            return False
        self.place(m, side, px, sz, cfg.counter_order_tif, "counter", c.level, answers=c)
        return True

    def counter_failed(self, o):
        """L-8a: rejected (or never left: read alike, so that tries stay bounded) -> collected again, 3 tries."""
        c = o.answers
        tries = c.tries + 1
        left = o.size - o.filled
        if left <= 0:
            return
        if tries >= 3:
            self.log("warn", "counter_dropped", o.market.name, "a counter-order was rejected three times")
            return
        self.collect(o.market, o.side, Collected(c.price(), left, c.level, tries, c.cloids, self.seq))

    # ---- L-3, I-5
    def ladder(self, m):
        cfg = self.cfg
        told, room = m is self.event_market, m.last_word and (m.pending["buy"] or m.pending["sell"])
        if not (told or room) or not self.may_risk(m) or not m.usable():
            return
        if told:
            due = (m.need_ladder or m.requoted_at is None
                   or self.now - m.requoted_at >= cfg.requote_interval_ms
                   or abs(m.oracle - m.requote_oracle) / m.requote_oracle * BPS >= cfg.min_requote_change_bps)
            if due:
                self.requote(m)
                return
        if room and not m.need_ladder:
            self.release_pending(m)

    def rungs(self, m):
        """The ladder of now after venue rounding: {side: [(level, px, sz)]}, Q-9, Q-10 and I-3 applied.

        Between two prices it mostly follows from the same numbers as the last one, and then is the last one."""
        cfg = self.cfg
        self.decay_adverse(m)
        adverse = cfg.adverse_consecutive_fills and m.adverse_count >= cfg.adverse_consecutive_fills
        stats = m.wicks.read(self.now) if cfg.dynamic_offset_enabled else None
        follows_from = (m.oracle, m.mark, m.position.net, adverse, m.velocity.trend(), stats)
        if m.ladder_of != follows_from:
            logged = len(self.log_lines)
            m.last_ladder = self.compute_rungs(m, *follows_from)
            m.ladder_of = follows_from if len(self.log_lines) == logged else None      # what is logged is logged again
        return m.last_ladder

    def compute_rungs(self, m, oracle, mark, net, adverse, trend, stats):
        cfg = self.cfg
        bids, asks = compute_quotes(
            cfg, oracle, net * mark / cfg.max_position_usd,
            cfg.adverse_spread_multiplier if adverse else ONE, trend, stats,
            lambda code, line: self.log("warn", code, m.name, line))
        out = {"buy": [], "sell": []}
        for side, quotes in (("buy", bids), ("sell", asks)):
            if self.refuses_addition(m, side):
                continue
            last = None
            for level, px, size_usd, _, _, _ in quotes:
                px, sz = round_price(px, side, m.sz_decimals), round_size(size_usd / mark, m.sz_decimals)
                if px is None or abs(px - oracle) / oracle > Decimal("0.95"):
                    continue
                if last is not None and (px >= last if side == "buy" else px <= last):
                    continue                          # Q-10: of two equal ones the outer is dropped
                last = px
                if sz <= 0 or px * sz < m.min_notional:
                    if not m.below_minimum_reported:
                        m.below_minimum_reported = True
                        self.log("warn", "rung_below_minimum", m.name, "a rung is under the venue's minimum",
                                 {"level": level})
                    continue
                out[side].append((level, px, sz))
        return out

    def requote(self, m):
        _cfg, mark = self.cfg, m.mark
        rungs = self.rungs(m)
        alike = {}
        for o in m.orders.values():
            if o.role == "ladder" and not o.cancel:
                alike.setdefault((o.side, o.px, o.remaining()), []).append(o)
        plan, keep = {"buy": [], "sell": []}, set()
        for side in SIDES:
            # After all requested cancels: the net, the orders that stay and are no rungs, then rungs from level 0 out.
            total = self.signed_net(m, side)
            for o in m.orders.values():
                if o.role not in ("ladder", "flatten") and not o.cancel and o.side in (side, None):
                    total += o.exposure()
            for level, px, sz in rungs[side]:
                twins = alike.get((side, px, sz))
                size = twins[0].exposure() if twins else sz
                if not self.fits(m, total + size, mark):
                    break                             # dropped with that side's outer ones
                total += size
                if twins:
                    o = twins.pop(0)
                    o.level = level
                    keep.add(o.cloid)
                else:
                    plan[side].append((level, px, sz))
        for o in list(m.orders.values()):
            if o.role == "ladder" and o.cloid not in keep:
                self.request_cancel(o)
        for side in SIDES:
            m.pending[side].clear()
            self.place_rungs(m, side, plan[side], mark)
        m.requoted_at, m.requote_oracle, m.need_ladder = self.now, m.oracle, False

    def place_rungs(self, m, side, plan, mark):
        """Places what fits by all own orders not yet ended and meets none of them; the rest is pending.
        Reading: I-5 makes the outer ones of that side pending too, a crossing (L-3) only the rung itself."""
        total = self.signed_net(m, side) + self.side_sum(m, side, True)
        full = False
        for level, px, sz in plan:
            if full or not self.fits(m, total + sz, mark):
                full = True
                m.pending[side].add(level)
            elif self.meets_own(m, side, px):
                m.pending[side].add(level)
            elif self.budget_allows():
                self.place(m, side, px, sz, "alo" if self.cfg.use_alo else "gtc", "ladder", level)
                total += sz

    def release_pending(self, m):
        """L-3: pending rungs, recomputed at the current oracle, when a last word makes room.  No requote."""
        mark, rungs = m.mark, self.rungs(m)
        for side in SIDES:
            levels = m.pending[side]
            if not levels:
                continue
            total = self.signed_net(m, side) + self.side_sum(m, side, False)
            taken = {o.px for o in m.orders.values() if o.side == side and o.role == "ladder" and not o.cancel}
            plan = []
            for level, px, sz in rungs[side]:
                if level not in levels or px in taken:
                    continue
                if not self.fits(m, total + sz, mark):
                    break
                total += sz
                plan.append((level, px, sz))
            levels.clear()
            self.place_rungs(m, side, plan, mark)

    # ---- L-9
    def closable(self, m):
        """min(|MM net|, what the account's net position lets a reduce-only order close)."""
        net = m.position.net
        account = EXACT.add(net, m.taker)
        if net * account <= 0:
            return ZERO
        return min(abs(net), abs(account))

    def attempt_left(self, m):
        if not m.position.net or m.executed >= self.cfg.flatten_max_attempts:
            return False
        return self.flatten_order(m, self.closable(m), m.usable_mark) is not None

    def shutdown_clear(self):
        if self.orders:
            return False
        for m in self.markets.values():
            if (m.flatten is not None and not m.flatten.settled) or self.attempt_left(m):
                return False
        return True

    def reopen_shutdown(self):
        """S-3, and L-9's "a later fill, mark or own order opens the shutdown again"."""
        if self.shutdown == "running":
            return
        if not self.closed():
            self.shutdown = "none"                    # the window is open again and nothing stops us
            return
        if self.shutdown == "done":
            # Reading: a mark opens it only if it makes an attempt possible, an own fill (or correction) always.
            if self.own_fill_told or not self.shutdown_clear():
                self.log("info", "shutdown", None, "the shutdown is opened again", {"reason": "reopened"})
                self.open_shutdown()
        elif self.orders or (self.found and any(m.position.net for m in self.markets.values())):
            self.begin_shutdown("outside_window")

    def run_shutdown(self):
        for m in self.markets.values():
            self.cancel_ladder(m)
            for o in list(m.orders.values()):
                self.request_cancel(o)
            m.collected["buy"] = m.collected["sell"] = None
            net = m.position.net
            if not net:
                continue
            size = self.closable(m)
            blocked = abs(net) - size
            if blocked and m.blocked_reported != blocked:
                m.blocked_reported = blocked
                self.log("warn", "close_blocked_by_taker", m.name, "the account's net position blocks closing it",
                         {"blocked": text(blocked)})
            if self.attempt_left(m):
                self.try_flatten(m, size, m.usable_mark)
        clear = self.shutdown_clear()
        if not clear and self.query is not None:
            self.query.final = False
        if clear and self.answer is not None and self.answer[0].final and self.answer[1] and self.start_answered:
            self.finish_shutdown()

    def finish_shutdown(self):
        for m in self.markets.values():
            if m.position.net:
                self.log("warn", "position_left_open", m.name, "a position stays open", {"net": text(m.position.net)})
        self.log("info", "shutdown_done", None, "nothing own is live")
        self.shutdown = "done"
        if self.dead_man_at is not None:                                                              # L-10
            self.dead_man_at = None
            self.requests += 1
            self.schedule_clear.append({"type": "schedule_cancel", "time_ms": None})

    # ---- L-7: asking
    def ask_queries(self):
        cfg, now = self.cfg, self.now
        final = self.shutdown == "running" and self.shutdown_clear()
        if self.query is not None:
            if now - self.query.sent < cfg.sent_timeout_ms:
                return                                # one outstanding at a time
            due = True
        else:
            rested = self.last_answer is None or now - self.last_answer >= ASK_AGAIN_MS
            due = (self.ask_now
                   or (rested and (self.ask or self.waiting or final))
                   or (self.repeat_due is not None and now >= self.repeat_due)
                   or now - self.last_query >= cfg.reconcile_interval_ms)
        if due:
            self.query = Query(now, self.seq, final)
            self.last_query = now
            self.ask = self.ask_now = False
            self.query_action.append({"type": "query_open_orders"})

    # ---- L-10
    def dead_man(self):
        length = self.cfg.dead_man_ms
        if not length:
            return
        if self.dead_man_at is None:
            if not self.orders:
                return
        elif (self.now - self.dead_man_at) * 3 < length:
            return
        self.dead_man_at = self.now
        self.requests += 1
        self.schedule.append({"type": "schedule_cancel", "time_ms": self.now + length})

    # ---- section 9
    def wick_log(self):
        if self.now < self.wick_log_at:
            return
        self.wick_log_at += ((self.now - self.wick_log_at) // 60000 + 1) * 60000
        for m in self.markets.values():
            if not m.told:
                continue
            s = m.wicks.read(self.now)
            if s["is_valid"]:
                self.log("info", "wick_stats", m.name, "wick statistics",
                         {"p99": s["p99_wick_bps"], "p100": s["p100_wick_bps"], "optimal": s["optimal_wick_bps"],
                          "optimal_percentile": s["optimal_percentile"], "n": s["sample_count"]})

    # ---------------------------------------------------------------------------------------------------------- books
    def books(self):
        orders = [{"cloid": o.cloid, "oid": o.oid, "market": o.market.name, "side": o.side,
                   "px": None if o.px is None else text(o.px),
                   "remaining": None if o.size is None else text(o.remaining()),
                   "role": o.role, "level": o.level, "state": o.state()} for o in self.orders.values()]
        positions = []
        for m in self.markets.values():
            entry = m.position.entry()
            positions.append({"market": m.name, "net": text(m.position.net),
                              "avg_entry": None if entry is None else text(entry),
                              "realised": text(m.position.realised)})
        return {"orders": orders, "positions": positions,
                "halted": self.halt_all or any(m.stale_cancel for m in self.markets.values()),
                "shutdown": self.shutdown}

    HANDLERS = {
        "oracle": on_oracle, "resting": on_resting, "fill": on_fill, "taker_fill": on_fill, "done": on_done,
        "canceled": on_canceled, "rejected": on_rejected, "cancel_rejected": on_cancel_rejected,
        "send_failed": on_send_failed, "unknown": on_unknown, "open_orders": on_open_orders, "timer": on_timer,
        "disconnected": on_disconnected, "connected": on_connected,
        "schedule_cancel_rejected": on_schedule_cancel_rejected, "shutdown": on_shutdown,
    }


# ====================================================================================================================
# 10. Calls: the pure functions
# ====================================================================================================================

class BadArguments(Exception):
    pass


def need(value, what):
    if value is None:
        raise BadArguments(what)
    return value


def binary64(value):
    """A binary64 as it travels: a JSON number, or NaN / Infinity / -Infinity as a string."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise BadArguments(f"not a binary64: {value!r}")
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise BadArguments(f"not a binary64: {value!r}") from None


def call_compute_quotes(args, log, maker):
    cfg = Config(args.get("config", {}))
    oracle = need(number(args.get("oracle_px")), "oracle_px")
    ratio = need(number(args.get("inventory_ratio", "0")), "inventory_ratio")
    multiplier = need(number(args.get("spread_multiplier", "1")), "spread_multiplier")
    trend = need(number(args.get("velocity_trend", "0")), "velocity_trend")
    stats = args.get("volatility")
    if stats is not None:
        stats = {"is_valid": stats.get("is_valid") is True,
                 "optimal_wick_bps": binary64(stats.get("optimal_wick_bps")),
                 "p100_wick_bps": binary64(stats.get("p100_wick_bps"))}
    if oracle <= 0:                                                                                   # Q-0
        log("unusable_price", "the oracle price is not positive")
        return {"bids": [], "asks": []}
    sides = compute_quotes(cfg, oracle, ratio, multiplier, trend, stats, log)
    return {name: [{"level": level, "px": text(px), "size_usd": text(size),
                    "intermediates": {"base_offset_bps": text(base), "skewed_offset_bps": text(skewed),
                                      "final_offset_bps": text(final)}}
                   for level, px, size, base, skewed, final in side]
            for name, side in zip(("bids", "asks"), sides, strict=False)}


def call_wick_stats(args, log, maker):
    window = WickWindow(Config(args.get("config", {})))
    ticks = args.get("ticks") or []
    reads = args.get("reads")
    index, out = 0, []

    def feed(until):
        nonlocal index
        while index < len(ticks) and (until is None or ticks[index][0] <= until):
            refused = window.tick(ticks[index][0], number(ticks[index][1]))
            if refused:
                log(refused, "the tick is not recorded")
            index += 1

    if reads is None:
        feed(None)
        return [window.read(ticks[-1][0] if ticks else 0)]
    for t_ms in reads:
        feed(t_ms)
        out.append(window.read(t_ms))
    return out


def call_velocity_trend(args, log, maker):
    velocity = Velocity(Config(args.get("config", {})))
    for px in args.get("prices") or []:
        velocity.update(number(px))
    return {"trend": text(velocity.trend())}


def call_counter_order(args, log, maker):
    cfg = Config(args.get("config", {}))
    side, px, sz = args.get("side"), positive(args.get("px")), positive(args.get("sz"))
    mark, level = positive(args.get("mark_px")), args.get("level", 0)
    # "Counter-order, if on": off is null, and so is anything unusable
    if (not cfg.counter_order_enabled or side not in SIDES or px is None or sz is None or mark is None
            or not is_int(level) or level < 0):
        return None
    other, price, reversion = counter_price(cfg, side, px, level, mark)
    if price <= 0:
        return None
    return {"side": other, "px": text(price), "sz": text(sz), "reversion_pct": text(reversion)}


def call_round_order(args, log, maker):
    market = args.get("market")
    if isinstance(market, dict):
        decimals = market.get("sz_decimals")
        minimum = number(market.get("min_notional_usd", "10"))
    else:
        m = maker.markets.get(market) if maker is not None else None
        decimals = m.sz_decimals if m is not None else args.get("sz_decimals")
        minimum = m.min_notional if m is not None else number(args.get("min_notional_usd", "10"))
    if not is_int(decimals) or not 0 <= decimals <= 30 or minimum is None:
        return {"reject": "unknown_market"}
    side, px, sz = args.get("side"), positive(args.get("px")), positive(args.get("sz"))
    if side not in SIDES:
        return {"reject": "bad_side"}
    px = round_price(px, side, decimals) if px is not None else None
    if px is None:
        return {"reject": "price_not_positive"}
    sz = round_size(sz, decimals) if sz is not None else ZERO
    if sz <= 0:
        return {"reject": "below_minimum"}
    if px * sz < minimum:
        return {"reject": "below_minimum"}
    return {"px": text(px), "sz": text(sz)}


def call_session(args, log, maker):
    t_ms = args.get("t_ms")
    if not is_int(t_ms):
        raise BadArguments("t_ms")
    weekend_only = args.get("weekend_only", True)
    return {"quoting": in_quoting_window(t_ms, weekend_only), "shutdown_window": in_shutdown_window(t_ms)}


def call_config(args, log, maker):
    try:
        Config(args.get("config", {}))
    except ConfigError as bad:
        return {"ok": False, "errors": bad.errors}
    return {"ok": True}


def call_books(args, log, maker):
    if maker is None:
        raise BadArguments("no life was started")
    return maker.books()


CALLS = {"compute_quotes": call_compute_quotes, "wick_stats": call_wick_stats, "velocity_trend": call_velocity_trend,
         "counter_order": call_counter_order, "round_order": call_round_order, "session": call_session,
         "config": call_config, "books": call_books}
FEATURES = ["dynamic_offset", "exponential", "convex", "counter_order", "velocity_skew", "schedule_cancel",
            "attribution", "books", "cancel_by_cloid", "reconcile"]


# ====================================================================================================================
# 11. The protocol
# ====================================================================================================================

class Port:
    def __init__(self):
        self.maker = None

    def handle(self, message):
        """One request -> one reply (a dict), or None after `bye`."""
        ident = message.get("id")
        kind = message.get("kind")
        if kind == "event":
            if self.maker is None:
                return self.error(ident, "not_started")
            reply = {"id": ident}
            reply.update(self.maker.event(message.get("now_ms"), message.get("event")))
            return reply
        if kind == "events":
            if self.maker is None:
                return self.error(ident, "not_started")
            entries = message.get("events")
            replies = []
            for entry in entries if isinstance(entries, list) else []:
                entry = entry if isinstance(entry, dict) else {}
                replies.append(self.maker.event(entry.get("now_ms"), entry.get("event")))
            return {"id": ident, "replies": replies}
        if kind == "hello":
            return {"id": ident, "protocol": PROTOCOL, "name": NAME, "version": VERSION, "features": FEATURES,
                    "calls": list(CALLS), "ignores": [], "restartable": True}
        if kind == "start":
            self.maker = None
            try:
                self.maker = Maker(message)
            except ConfigError as bad:
                return {"id": ident, "error": {"code": "config", "errors": bad.errors}}
            return {"id": ident, "actions": self.maker.start_reply["actions"], "log": self.maker.start_reply["log"]}
        if kind == "call":
            return self.call(ident, message.get("fn"), message.get("args"))
        if kind == "bye":
            return {"id": ident}
        return self.error(ident, "unknown_kind")

    def call(self, ident, fn, args):
        function = CALLS.get(fn) if isinstance(fn, str) else None
        if function is None:
            return self.error(ident, "unknown_call")
        lines = []

        def log(code, line):
            lines.append({"level": "warn", "code": code, "market": None, "text": line, "fields": {}})

        try:
            result = function(args if isinstance(args, dict) else {}, log, self.maker)
        except ConfigError as bad:
            return {"id": ident, "error": {"code": "config", "errors": bad.errors}}
        except (BadArguments, TypeError, ValueError, AttributeError, IndexError, KeyError) as why:
            return {"id": ident, "error": {"code": "bad_arguments", "text": str(why)[:200]}}
        return {"id": ident, "result": result, "log": lines}

    @staticmethod
    def error(ident, code):
        return {"id": ident, "error": {"code": code}}


def main():
    gc.set_threshold(100_000)                               # a life makes few cycles, and they are small
    port = Port()
    out = sys.stdout
    decoder = json.JSONDecoder(parse_float=Decimal)         # numbers keep their decimal text
    encode = json.JSONEncoder(separators=(",", ":")).encode
    for raw in sys.stdin.buffer:
        if not raw.strip():
            continue
        ident, message = None, None
        try:
            message = decoder.decode(raw.decode("utf-8").strip())
            if not isinstance(message, dict):
                raise ValueError("not an object")
            ident = message.get("id")
        except (ValueError, RecursionError, DecimalException) as why:
            reply = {"id": ident, "error": {"code": "bad_json", "text": str(why)[:200]}}
        else:
            try:
                reply = port.handle(message)
            except Exception as why:                        # a defect of ours: say so, stay alive
                traceback.print_exc(file=sys.stderr)
                reply = {"id": ident if is_int(ident) or isinstance(ident, str) else None,
                         "error": {"code": "internal", "text": str(why)[:200]}}
        try:
            line = encode(reply)
        except (TypeError, ValueError):
            line = encode({"id": None, "error": {"code": "internal"}})
        out.write(line + "\n")
        out.flush()
        if message is not None and isinstance(message, dict) and message.get("kind") == "bye":
            break


if __name__ == "__main__":
    main()
