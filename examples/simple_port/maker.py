#!/usr/bin/env python3
"""A deliberately simple fixed-ladder market maker, speaking port protocol 1 (JSON lines, lock step).

Shape: events only write *facts* on "tickets" (one per order: when sent, when seen, when a cancel left, when and why it
ended). No state enum, no halt flags, no pending queue of orders: after each event one pass (`rules`) derives from the
facts what must be cancelled, closed, quoted and asked. A requote cancels first; a side is placed again only when every
cancelled order of that side has had its last word (start with --at-once for L-3's literal "goes out at once").
"""
import json
import re
import sys
import traceback
from decimal import ROUND_CEILING, ROUND_FLOOR, InvalidOperation, getcontext
from decimal import Decimal as D

getcontext().prec = 28
ZERO, BPS = D(0), D(10000)
HOUR = 3600000
WEEK, FRI, SUN = 168 * HOUR, 117 * HOUR, 165 * HOUR      # counted from Monday 00:00 UTC
RETRY_MS, REMEMBER_MS = 250, 600000
SIDES = ("buy", "sell")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
CANCEL_FIRST = "--at-once" not in sys.argv[1:]


# ------------------------------------------------------------------------------------------------ small helpers
def dec(x):
    """An exact, finite, sanely sized decimal, or None."""
    if isinstance(x, bool) or not isinstance(x, (str, int, D)) or (isinstance(x, str) and (len(x) > 64 or not NUMBER.fullmatch(x))):
        return None
    try:
        v = D(x)
    except (InvalidOperation, ValueError):
        return None
    if not v.is_finite() or (v != 0 and not -24 <= v.adjusted() <= 24):
        return None
    return v if v != 0 else ZERO


def pos(x):
    v = dec(x)
    return v if v is not None and v > 0 else None


def is_int(x):
    return isinstance(x, int) and not isinstance(x, bool) and abs(x) < 1 << 62


def txt(d):
    s = format(d, "f")
    if "." in s:
        s = s.rstrip("0").rstrip(".")
    return "0" if s in ("", "-0") else s


def legal_px(px, side, szd):
    """Nearest legal price on the passive side: <= 5 significant figures, <= 6 - szd decimals, or an integer."""
    places = max(0, min(6 - szd, 4 - px.adjusted()))
    return px.quantize(D(1).scaleb(-places), ROUND_FLOOR if side == "buy" else ROUND_CEILING)


def lots(sz, szd):
    try:
        return sz.quantize(D(1).scaleb(-szd), ROUND_FLOOR)
    except InvalidOperation:                         # more than 28 digits: no size at all
        return ZERO


def in_week(ms):
    return (ms + 72 * HOUR) % WEEK


def session(ms, weekend_only):
    w = in_week(ms)
    return w < SUN and (w >= FRI or not weekend_only), w >= SUN


def weekend_no(ms):
    return (ms + 72 * HOUR - FRI) // WEEK


def next_sunday(ms):
    """The first Sunday 21:00 strictly after ms."""
    return ms + (WEEK - (in_week(ms) - SUN) % WEEK)


# ------------------------------------------------------------------------------------------------ configuration
# key: (type, default, low, low is excluded, high, high is excluded); enums: (type, default, allowed)
CONFIG = {
    "enabled": ("bool", False), "weekend_only": ("bool", True), "markets": ("names", []), "cloid_prefix": ("hex8", "6d6d6701"),
    "num_levels": ("int", 1, 1, False, 50, False), "min_offset_bps": ("dec", "20", 0, True, None, False),
    "level_spacing_bps": ("dec", "10", 0, False, None, False), "size_per_level_usd": ("dec", "5", 0, True, None, False),
    "max_position_usd": ("dec", "25", 0, True, None, False), "inventory_skew_factor": ("dec", "0.3", 0, False, 1, True),
    "requote_interval_ms": ("int", 2000, 0, True, None, False), "min_requote_change_bps": ("dec", "2", 0, False, None, False),
    "use_alo": ("bool", True), "flatten_slippage_bps": ("dec", "50", 0, False, 10000, True),
    "inventory_warn_ratio": ("dec", "0.8", 0, True, 1, False), "inventory_emergency_ratio": ("dec", "0.95", 0, True, 1, False),
    "stale_cancel_timeout_ms": ("int", 10000, 0, False, None, False), "adverse_consecutive_fills": ("int", 3, 0, False, None, False),
    "adverse_spread_multiplier": ("dec", "2", 1, False, None, False),
    "dynamic_offset_enabled": ("bool", False), "wick_window_size": ("int", 3600, 1, False, None, False),
    "wick_min_samples": ("int", 60, 1, False, None, False), "l0_wick_multiplier": ("dec", "2.0", 0, True, None, False),
    "fee_buffer_bps": ("dec", "8", 0, False, None, False), "wick_cache_ttl_ms": ("int", 10000, 0, False, None, False),
    "breakpoint_min_jump_ratio": ("dec", "1.5", 1, True, None, False), "level_distribution": ("enum", "linear", ("linear", "exponential")),
    "level_exponent": ("dec", "2.0", 0, True, 10, False), "p100_safety_multiplier": ("dec", "1.2", 1, False, None, False),
    "min_range_width_bps": ("dec", "10", 0, True, None, False), "size_distribution": ("enum", "uniform", ("uniform", "convex")),
    "size_min_multiplier": ("dec", "0.5", 0, True, None, False), "size_max_multiplier": ("dec", "1.5", 0, True, None, False),
    "counter_order_enabled": ("bool", False), "counter_reversion_pct": ("dec", "0.6", 0, True, 1, False),
    "counter_reversion_per_level": ("dec", "0.03", 0, False, None, False), "velocity_skew_enabled": ("bool", False),
    "velocity_skew_factor": ("dec", "0.3", 0, False, 1, True), "velocity_window": ("int", 5, 1, False, None, False),
    "skew_respects_fee_floor": ("bool", True), "breakpoint_floor_bps": ("dec", "1", 0, False, None, False),
    "wick_max_age_ms": ("int", 21600000, 0, False, None, False), "wick_includes_gap": ("bool", True),
    "wick_gap_max_ms": ("int", 5000, 0, True, None, False), "oracle_max_age_ms": ("int", 10000, 0, False, None, False),
    "max_oracle_mark_gap_bps": ("dec", "500", 0, False, None, False), "velocity_min_tick_bps": ("dec", "0.5", 0, False, None, False),
    "velocity_weighting": ("enum", "direction", ("direction", "magnitude")), "counter_order_tif": ("enum", "alo", ("alo", "gtc", "ioc")),
    "counter_max_open": ("int", 4, 0, False, None, False), "counter_max_age_ms": ("int", 60000, 0, False, None, False),
    "adverse_decay_ms": ("int", 300000, 0, False, None, False), "max_hourly_drawdown_usd": ("dec", "0", 0, False, None, False),
    "flatten_max_attempts": ("int", 5, 1, False, None, False), "sent_timeout_ms": ("int", 5000, 0, True, None, False),
    "reconcile_interval_ms": ("int", 30000, 0, True, None, False), "dead_man_ms": ("int", 0, 0, False, None, False),
    "request_reserve": ("int", 1000, 0, False, None, False),
}
LACKING = {"dynamic_offset_enabled": True, "counter_order_enabled": True, "velocity_skew_enabled": True,
           "level_distribution": "exponential", "size_distribution": "convex"}


def read_config(raw):
    """-> (config dict, errors). All errors at once."""
    out, errs = {}, []

    def bad(key, code, value, allowed):
        errs.append({"key": key, "code": code, "value": str(value)[:80], "allowed": allowed})

    if not isinstance(raw, dict):
        return None, [{"key": "maker", "code": "wrong_type", "value": str(raw)[:80], "allowed": "a table"}]
    for key in raw:
        if key not in CONFIG:
            bad(key, "unknown_key", raw[key], "a key of the table")
    for key, (kind, default, *lim) in CONFIG.items():
        v, good = raw.get(key, default), None
        if kind == "bool":
            good = v if isinstance(v, bool) else None
        elif kind == "names":
            good = v if isinstance(v, list) and all(isinstance(n, str) and n for n in v) else None
        elif kind == "hex8":
            if isinstance(v, str):
                if len(v) != 8 or any(ch not in "0123456789abcdefABCDEF" for ch in v):
                    bad(key, "out_of_range", v, "8 hex digits")
                    continue
                good = v.lower()
        elif kind == "enum":
            if isinstance(v, str) and v not in lim[0]:
                bad(key, "bad_value", v, " | ".join(lim[0]))
                continue
            good = v if isinstance(v, str) else None
        else:
            good = (v if is_int(v) else None) if kind == "int" else dec(v)
            if good is not None:
                lo, lo_ex, hi, hi_ex = lim
                if good < lo or (lo_ex and good == lo) or (hi is not None and (good > hi or (hi_ex and good == hi))):
                    bad(key, "out_of_range", v, "{} {}{}".format(">" if lo_ex else ">=", lo, "" if hi is None else ", {} {}".format("<" if hi_ex else "<=", hi)))
                    continue
        if good is None:
            bad(key, "wrong_type", v, kind)
            continue
        out[key] = good
    for a, b, strict in (("inventory_warn_ratio", "inventory_emergency_ratio", True), ("wick_min_samples", "wick_window_size", False),
                         ("size_min_multiplier", "size_max_multiplier", False)):
        if a in out and b in out and (out[a] > out[b] or (strict and out[a] == out[b])):
            bad(a, "contradiction", out[a], "{} {}".format("<" if strict else "<=", b))
    if 0 < out.get("dead_man_ms", 0) < 5000:
        bad("dead_man_ms", "out_of_range", out["dead_man_ms"], "0 or >= 5000")
    elif out.get("dead_man_ms", 0):
        bad("dead_man_ms", "unsupported", out["dead_man_ms"], "0: this port has no schedule-cancel")
    for key, val in LACKING.items():
        if key in out and out[key] == val:
            bad(key, "unsupported", val, "this port has the fixed ladder only")
    return out, errs


# ------------------------------------------------------------------------------------------------ facts
class Ticket:
    """What is known of one own order. Times are handled ms, `seq` numbers are event numbers (to order things of one ms)."""

    def __init__(self, cloid, oid, market, side, px, size, role, level, now):
        self.cloid, self.oid, self.market, self.side, self.px, self.size = cloid, oid, market, side, px, size
        self.role, self.level = role, level          # role: ladder | flatten | stray
        self.filled, self.told = ZERO, None          # sum of fills told; smallest remaining told
        self.sent = self.changed = now
        self.rest_seq = None                         # event at which it was first seen resting
        self.worded = False                          # the place was answered by something
        self.unknown = False                         # told `unknown`, not cleared up since
        self.cxl_seq = None                          # event whose reply carried the first cancel
        self.cxl_n, self.fail_n = 0, 0               # cancels sent, `send_failed` told
        self.cxl_wait = None                         # since when a cancel is unanswered
        self.cxl_rej = self.rearm = False            # a cancel was rejected without ending it; send again on `resting`
        self.retry = None                            # a failed cancel goes out again from this time on
        self.absent = None                           # sending time of the first query it was absent from
        self.end, self.why = None, None
        self.done_told, self.done_sz = False, None   # flatten attempts only
        self.agree, self.settled, self.counts = None, False, False

    def left(self):
        """L-4: what may still be resting."""
        r = max(ZERO, self.size - self.filled)
        return r if self.told is None else min(r, self.told)

    def exposure(self):
        return max(ZERO, self.size - self.filled)


class Market:
    def __init__(self, name, szd=None, min_usd=None, quoted=False):
        self.name, self.szd, self.min_usd, self.quoted = name, szd, min_usd, quoted
        self.live = []                               # tickets without a last word
        self.net = self.taker = ZERO                 # MM part; taker's part as far as told
        self.oracle = self.mark = self.oracle_ms = None
        self.price_bad = None
        self.stale_said = self.min_said = self.block_said = False
        self.fresh, self.quote_ms, self.quote_px = True, None, None
        self.wait = {"buy": set(), "sell": set()}    # levels whose rung is still to be placed
        self.adv_side, self.adv_n, self.adv_ms = None, 0, 0
        self.att, self.att_ms, self.tries = None, None, 0
        self.diff, self.diff_q, self.diff_seq = ZERO, None, None   # last difference; first query of its run
        self.fill_seq = -1                           # last event that told a fill of this market
        self.fixed_ms = self.taker_ms = None         # fills with an earlier venue time are contained in an answer
        self.last_word = False
        self.block_told = None


class Query:
    def __init__(self, ms, raw, seq, final):
        self.ms, self.raw, self.seq, self.final = ms, raw, seq, final


# ------------------------------------------------------------------------------------------------ the maker
class Life:
    def __init__(self, req, conf):
        self.c = conf
        self.birth = self.now = req["now_ms"]
        self.prefix = "0x" + conf["cloid_prefix"]
        self.seq = self.serial = 0
        self.markets, self.by_cloid, self.ended = {}, {}, []
        self.seen, self.losses = set(), []           # fill identities; (venue time, closed_pnl - fee) of taker fills
        self.up, self.link_seq = True, None          # link_seq: waiting for an answer to a query sent since then
        self.born_ok = False                         # S-5: the repeated query of the start is answered
        self.ask_now, self.again_at, self.demand = True, self.birth + conf["sent_timeout_ms"], False
        self.q, self.q_last, self.ans_last, self.waiting = None, None, None, frozenset()
        self.foreign = None
        self.stopped = False                         # signal or hard stop: for the rest of this life
        self.l9, self.l9_said, self.new_fill, self.verdict = "none", set(), False, None
        self.weekend, self.sunday = weekend_no(self.birth), next_sunday(self.birth)
        budget = dec(req.get("request_budget"))
        self.budget, self.budget_said = budget if budget is not None else ZERO, False
        self.begin_reply()
        self.read_start(req)

    # ---- replies
    def begin_reply(self):
        self.cancels, self.places, self.queries, self.log = [], [], [], []

    def say(self, level, code, market=None, text="", **fields):
        self.log.append({"level": level, "code": code, "market": market, "text": text or code, "fields": fields})

    def refuse(self, why, market=None):
        self.say("warn", "refused", market if isinstance(market, str) else None, why)

    def reply(self):
        return {"actions": self.cancels + self.places + self.queries, "log": self.log}

    # ---- start
    def read_start(self, req):
        c, errs = self.c, []
        told = req.get("markets") if isinstance(req.get("markets"), list) else []
        for m in told:
            name, szd = (m.get("market"), m.get("sz_decimals")) if isinstance(m, dict) else (None, None)
            if not isinstance(name, str):
                self.refuse("a told market without a name")
                continue
            least = dec(m.get("min_notional_usd"))
            ok = is_int(szd) and 0 <= szd <= 6 and least is not None and least >= 0
            if not ok:
                self.refuse("unusable market data: it is never quoted or closed", name)
            self.markets[name] = Market(name, szd if ok else None, least)
        for want in c["markets"]:
            hits = [n for n in self.markets if n == want or (":" not in want and n.rsplit(":", 1)[-1] == want)]
            if want in hits:
                hits = [want]
            if len(hits) != 1:
                errs.append({"key": "markets", "code": "ambiguous_market" if hits else "unknown_market", "value": want, "allowed": ", ".join(self.markets)})
            else:
                self.markets[hits[0]].quoted = True
        self.errors = errs
        if errs:
            return
        if not c["markets"]:
            for m in self.markets.values():
                m.quoted = True
            self.say("info", "all_markets", None, "no markets configured, quoting all: " + ", ".join(self.markets), markets=list(self.markets))
        for p in self.rows(req.get("positions")):
            size, taker, name = dec(p.get("size")), dec(p.get("taker_size")), p.get("market")
            if not isinstance(name, str) or size is None or taker is None:
                self.refuse("unusable start position: the first answers will tell", name)
                continue
            m = self.market(name)
            m.net, m.taker = size - taker, taker
        for f in self.rows(req.get("fills")):
            ident = self.identity(f)
            if ident and ident not in self.seen:
                self.seen.add(ident)
                if not self.is_own(f.get("cloid")):
                    self.book_loss(f)
        for o in self.rows(req.get("open_orders")):
            if self.is_own(o.get("cloid")) and isinstance(o.get("market"), str):
                self.adopt(o)
        _quoting, closing = session(self.birth, c["weekend_only"])
        if closing:
            self.open_l9("window")
        if self.budget <= 0:
            self.say("warn", "request_budget", None, "no usable request budget was told: nothing will be placed")
        self.rules(None)

    @staticmethod
    def rows(x):
        return [r for r in x if isinstance(r, dict)] if isinstance(x, list) else []

    def market(self, name):
        if name not in self.markets:
            self.markets[name] = Market(name)
        return self.markets[name]

    def is_own(self, cloid):
        return isinstance(cloid, str) and cloid.lower().startswith(self.prefix)

    def new_cloid(self):
        """96 bits, one per (start ms, serial) for ever: multiplying by an odd number is a bijection modulo 2^96."""
        self.serial += 1
        n = ((self.birth & (1 << 56) - 1) << 40) | self.serial
        return self.prefix + "%024x" % (n * 0x9E3779B97F4A7C15F39CC061 % (1 << 96))

    # ---- tickets
    def find(self, ev):
        cloid, oid, name = ev.get("cloid"), ev.get("oid"), ev.get("market")
        t = self.by_cloid.get(cloid.lower()) if isinstance(cloid, str) else None
        if t is None and cloid is None and is_int(oid):
            t = next((x for x in self.by_cloid.values() if x.oid == oid and x.market == name), None)
        if t is not None and name is not None and name != t.market:
            self.refuse("order event names another market than its order's", name)
            return None
        return t

    def adopt(self, row):
        """An own order that is not known: known from now on, and cancelled."""
        oid, side, rest = row.get("oid"), row.get("side"), pos(row.get("remaining"))
        cloid = row["cloid"].lower()
        t = Ticket(cloid, oid if is_int(oid) else None, row["market"], side if side in SIDES else None, pos(row.get("px")), rest or ZERO, "stray", None, self.now)
        if rest is None:
            t.px = None                              # size unknown: blocks its market until it ends
        t.rest_seq, t.worded = self.seq, True
        self.by_cloid[cloid] = t
        self.market(t.market).live.append(t)
        self.say("warn", "unknown_own_order", t.market, "own order not in the books: cancelled", cloid=cloid)
        self.send_cancel(t)

    def revive(self, t, remaining):
        t.end = t.why = None
        if remaining is not None:
            t.size = max(t.size, t.filled + remaining)
            t.told = remaining
        t.changed, t.worded, t.absent = self.now, True, None
        t.rest_seq = self.seq if t.rest_seq is None else t.rest_seq
        if t.role == "ladder":
            t.role = "revived"
        self.ended = [x for x in self.ended if x is not t]
        self.market(t.market).live.append(t)
        self.say("warn", "order_revived", t.market, "an order thought ended is live: cancelled", cloid=t.cloid)
        t.cxl_wait = None
        self.send_cancel(t)

    def finish(self, t, why):
        if t.end is not None:
            return
        t.end, t.why, t.changed = self.now, why, self.now
        t.unknown, t.retry, t.absent, t.cxl_wait, t.cxl_rej, t.rearm = False, None, None, None, False, False
        m = self.markets[t.market]
        m.live.remove(t)
        m.last_word = True
        self.ended.append(t)

    def send_cancel(self, t):
        if any(a is t for a in self.cancelled_now):
            return
        self.cancelled_now.append(t)
        t.cxl_seq = self.seq if t.cxl_seq is None else t.cxl_seq
        t.cxl_n += 1
        t.cxl_wait = self.now if t.cxl_wait is None else t.cxl_wait
        t.changed, t.retry, t.rearm, t.cxl_rej = self.now, None, False, False
        self.budget -= 1
        self.cancels.append({"type": "cancel", "market": t.market, "oid": t.oid} if t.oid is not None else {"type": "cancel", "market": t.market, "cloid": t.cloid})

    def want_cancel(self, t):
        if t.cxl_seq is None:
            self.send_cancel(t)

    def send_place(self, m, side, px, sz, role, level):
        t = Ticket(self.new_cloid(), None, m.name, side, px, sz, role, level, self.now)
        self.by_cloid[t.cloid] = t
        m.live.append(t)
        self.budget -= 1
        flat = role == "flatten"
        self.places.append({"type": "place", "cloid": t.cloid, "market": m.name, "side": side, "px": txt(px), "sz": txt(sz),
                            "tif": "ioc" if flat else "alo" if self.c["use_alo"] else "gtc", "reduce_only": flat})
        return t

    @property
    def cancelled_now(self):
        if self._cn_seq != self.seq:
            self._cn, self._cn_seq = [], self.seq
        return self._cn

    _cn, _cn_seq = [], -1

    # ---- events: facts only
    def event(self, raw_ms, ev):
        self.seq += 1
        self.begin_reply()
        if not is_int(raw_ms):
            self.refuse("event without a usable time: handled at the last one's")
            raw_ms = self.now
        if raw_ms < self.now:
            self.say("warn", "time_went_back", None, "handled at the last event's time", told=raw_ms, used=self.now)
        self.now, self.raw = max(self.now, raw_ms), raw_ms
        kind = ev.get("type") if isinstance(ev, dict) else None
        act = getattr(self, "on_" + kind, None) if isinstance(kind, str) else None
        name = ev.get("market") if isinstance(ev, dict) else None
        quote = None
        if act is None:
            self.refuse("unknown event type")
        elif kind in ("oracle", "fill", "taker_fill") and not isinstance(name, str):
            self.refuse(kind + " without a market")
        else:
            act(ev)
            quote = self.markets.get(name) if kind == "oracle" else None
        self.rules(quote)
        return self.reply()

    raw = 0

    def on_timer(self, ev):
        pass

    def on_schedule_cancel_rejected(self, ev):
        pass

    def on_oracle(self, ev):
        m = self.markets.get(ev["market"])
        if m is None:
            return self.refuse("oracle of a market that was never told", ev["market"])
        oracle, mark, bad = pos(ev.get("oracle_px")), pos(ev.get("mark_px")), None
        m.oracle, m.mark, m.oracle_ms, m.stale_said = oracle, mark, self.now, False
        if oracle is None:
            bad = "oracle price is missing or not positive"
        elif mark is None:
            bad = "mark price is missing or not positive"
        elif self.gap(oracle, mark):
            bad = "oracle and mark are too far apart"
        if bad and bad != m.price_bad:
            self.say("warn", "unusable_price", m.name, bad + ": no ladder", oracle_px=str(ev.get("oracle_px"))[:40], mark_px=str(ev.get("mark_px"))[:40])
        m.price_bad = bad

    def gap(self, oracle, mark):
        most = self.c["max_oracle_mark_gap_bps"]
        return most > 0 and abs(oracle - mark) / oracle * BPS > most

    def on_resting(self, ev):
        t, rest = self.find(ev), pos(ev.get("remaining"))
        if t is None:
            if self.is_own(ev.get("cloid")) and isinstance(ev.get("market"), str) and ev["cloid"].lower() not in self.by_cloid:
                self.adopt(ev)
            return
        if t.oid is None and is_int(ev.get("oid")):
            t.oid = ev["oid"]
        if t.end is not None:
            if t.why in ("absent", "send_failed") and t.filled < t.size:
                self.revive(t, rest)
            return
        t.changed, t.worded, t.absent = self.now, True, None
        if t.cxl_n == 0:
            t.unknown = False
        if rest is not None:
            t.told = rest if t.told is None else min(t.told, rest)
        if t.rest_seq is None:
            t.rest_seq = self.seq
        if t.rearm:
            self.send_cancel(t)

    def identity(self, f):
        ms, tid, name = f.get("time_ms"), f.get("tid"), f.get("market")
        if not is_int(ms) or not isinstance(name, str) or isinstance(tid, (bool, float, D)) or not isinstance(tid, (int, str)):
            return None
        return ms, name, tid

    def book_loss(self, f):
        pnl, fee = dec(f.get("closed_pnl")), dec(f.get("fee"))
        if pnl is None or fee is None:               # not permission: read as a loss beyond any limit
            self.say("warn", "refused", f.get("market"), "taker fill without usable closed_pnl or fee: counted against the drawdown gate")
            self.losses.append((f["time_ms"], D("-1E24")))
        else:
            self.losses.append((f["time_ms"], pnl - fee))

    def on_fill(self, ev):
        ident, side, px, sz = self.identity(ev), ev.get("side"), pos(ev.get("px")), pos(ev.get("sz"))
        if ident is None or side not in SIDES or px is None or sz is None:
            self.demand = True                       # something happened: let the venue tell the position
            return self.refuse("unusable fill", ev.get("market"))
        if ident in self.seen:
            return
        m = self.market(ev["market"])
        t = self.find(ev)
        if t is not None and t.side is not None and t.side != side:
            self.demand = True
            return self.refuse("fill on the other side than its order's", m.name)
        self.seen.add(ident)
        mark = pos(ev.get("mark_px"))
        if mark is not None and ev.get("snapshot") is not True and m.mark is None and m.price_bad is None:
            if m.oracle is None or not self.gap(m.oracle, mark):
                m.mark = mark                        # told with the fill, and none was told before
        m.fill_seq, m.diff_q = self.seq, None
        signed, when = (sz if side == "buy" else -sz), ev["time_ms"]
        if t is None and not self.is_own(ev.get("cloid")):
            self.book_loss(ev)
            if m.taker_ms is None or when >= m.taker_ms:
                m.taker += signed
            return
        self.new_fill, m.tries = True, 0
        self.budget += px * sz
        if m.fixed_ms is None or when >= m.fixed_ms:
            m.net += signed
        if t is None:
            self.demand = True
            return
        first, t.filled = t.filled == 0, t.filled + sz
        t.changed, t.worded, t.agree = self.now, True, None
        if t.cxl_n == 0:
            t.unknown = False
        if first and t.role in ("ladder", "revived"):
            m.adv_n = m.adv_n + 1 if m.adv_side == side else 1
            m.adv_side, m.adv_ms = side, self.now
        if t.filled >= t.size:
            self.finish(t, "filled")
        elif t.end is not None and t.why in ("absent", "send_failed") and t.rest_seq is None and t.role != "flatten":
            self.revive(t, None)                     # it landed after all and may still rest

    on_taker_fill = on_fill

    def on_done(self, ev):
        t = self.find(ev)
        if t is None or t.role != "flatten":
            self.demand = True
            return self.refuse("done of an order that is no known IOC", ev.get("market"))
        sz = dec(ev.get("filled_sz"))
        if not t.done_told:
            t.done_told, t.done_sz = True, sz if sz is not None and sz >= 0 else None
        t.worded = True
        if t.end is not None and t.why == "absent":
            t.why = "done"
        self.finish(t, "done")

    def on_canceled(self, ev):
        t = self.find(ev)
        if t is not None:
            t.worded = True
            if t.end is not None and t.why in ("absent", "send_failed"):
                t.why = "canceled"                   # the venue's own word: nothing revives it now
            self.finish(t, "canceled")

    def on_rejected(self, ev):
        t = self.find(ev)
        if t is not None:
            t.worded = True
            if t.end is not None and t.why in ("absent", "send_failed"):
                t.why = "rejected"
            self.finish(t, "rejected")
            if t.role == "flatten":
                self.demand = True
                self.say("warn", "flatten_rejected", t.market, str(ev.get("reason"))[:200])

    def on_cancel_rejected(self, ev):
        t = self.find(ev)
        if t is None or t.end is not None:
            return
        t.cxl_wait = None
        if t.rest_seq is not None and t.cxl_seq is not None and t.cxl_seq >= t.rest_seq:
            return self.finish(t, "cancel_rejected")
        t.cxl_rej = True                             # the cancel may have overtaken its place: it says nothing
        t.rearm = t.rest_seq is None
        self.demand = True

    def on_send_failed(self, ev):
        """Which request failed is not told: the place only if it was never answered and no cancel can be meant instead."""
        t = self.find(ev)
        if t is None or t.end is not None:
            return
        t.fail_n += 1
        if not t.worded and t.fail_n >= 1 + t.cxl_n:
            return self.finish(t, "send_failed")
        if t.cxl_n:
            t.cxl_wait, t.retry = None, self.now + RETRY_MS
            if t.worded:
                t.unknown = False
            else:
                self.demand = True

    def on_unknown(self, ev):
        self.demand = True
        t = self.find(ev)
        if t is not None and t.end is None:
            t.unknown = True

    def on_disconnected(self, ev):
        self.up = False
        for m in self.markets.values():
            for t in list(m.live):
                if t.role != "flatten" or t.rest_seq is not None:
                    self.want_cancel(t)

    def on_connected(self, ev):
        self.up, self.link_seq, self.q = True, self.seq, None
        self.ask_now, self.again_at = True, self.now + self.c["sent_timeout_ms"]

    def on_shutdown(self, ev):
        self.stopped = True
        if self.l9 != "running":
            self.open_l9(str(ev.get("reason"))[:40])

    def on_open_orders(self, ev):
        q, sent = self.q, ev.get("sent_ms")
        if q is None or not is_int(sent) or sent not in (q.ms, q.raw):
            return self.say("info", "answer_ignored", None, "not the answer to the outstanding query")
        orders, positions = ev.get("orders"), ev.get("positions")
        whole = isinstance(orders, list) and isinstance(positions, list)
        for o in orders if isinstance(orders, list) else []:
            if not isinstance(o, dict) or not isinstance(o.get("market"), str) or not (o.get("cloid") is None or isinstance(o["cloid"], str)):
                whole = False
        if not whole:
            self.refuse("an answer with unusable parts: it ends no order, corrects nothing and counts as unanswered")
        present, foreign = {}, 0
        for o in self.rows(orders):
            t = self.find(o) if isinstance(o.get("market"), str) else None
            if t is not None:
                present[t.cloid] = o
            elif self.is_own(o.get("cloid")) and isinstance(o.get("market"), str) and o["cloid"].lower() not in self.by_cloid:
                self.adopt(o)
                present[o["cloid"].lower()] = o
            else:
                foreign += 1
        for cloid, o in present.items():
            self.judge_present(self.by_cloid[cloid], o, q)
        if foreign != self.foreign:
            self.foreign = foreign
            self.say("info", "foreign_orders", None, "orders of others, not touched", count=foreign)
        if not whole:
            return
        for m in self.markets.values():
            for t in list(m.live):
                if t.cloid not in present and t.changed < q.ms:
                    self.judge_absent(t, q)
        agree = self.judge_positions(positions, q)
        self.q, self.ans_last = None, self.now   # a demand raised since it was sent stays
        if q.ms >= self.birth + self.c["sent_timeout_ms"]:
            self.born_ok = True
        if self.link_seq is not None and q.seq >= self.link_seq:
            self.link_seq = None
        self.verdict = q.final and agree and not present

    def judge_present(self, t, o, q):
        rest, oid = pos(o.get("remaining")), o.get("oid")
        if t.end is not None:
            if t.end < q.ms:
                self.revive(t, rest)
            return
        if not t.changed < q.ms:
            return
        t.oid = oid if is_int(oid) else t.oid
        t.worded, t.unknown, t.absent = True, False, None
        if rest is not None:
            t.told = rest if t.told is None else min(t.told, rest)
        if t.rest_seq is None:
            t.rest_seq = self.seq
        if t.cxl_seq is not None:
            self.send_cancel(t)

    def judge_absent(self, t, q):
        if t.rest_seq is not None:
            self.finish(t, "absent")
        elif t.absent is None:
            t.absent = q.ms
        elif q.ms - t.sent >= self.c["sent_timeout_ms"]:
            self.finish(t, "absent")

    def judge_positions(self, positions, q):
        """-> do all positions agree with the books (after corrections)?"""
        told, agree = {}, True
        for p in positions:
            if isinstance(p, dict) and isinstance(p.get("market"), str):
                size, taker = dec(p.get("size")), dec(p.get("taker_size"))
                told[p["market"]] = None if size is None or taker is None else (size, taker)
                self.market(p["market"])
            else:
                agree = False
        for name, m in self.markets.items():
            both = told.get(name, (ZERO, ZERO) if agree else None)
            if both is None:
                agree, m.diff_q = False, None
                self.refuse("unusable position in an answer", name)
                continue
            size, taker = both
            quiet = m.fill_seq <= q.seq              # no fill was told since this query left
            if quiet:
                m.taker, m.taker_ms = taker, q.ms
            diff, corrected = size - taker - m.net, False
            if diff == 0 or not quiet:
                m.diff_q = None
            elif m.diff_q is None or diff != m.diff:
                m.diff_q = q.ms
            elif q.ms - m.diff_q >= self.c["sent_timeout_ms"]:
                corrected, first = True, m.diff_q
                self.say("warn", "position_corrected", name, "the venue's position less the taker's part differs", was=txt(m.net), now=txt(m.net + diff))
                m.net += diff
                m.fixed_ms, m.diff_q, m.tries, diff = q.ms, None, 0, ZERO
            m.diff = diff
            a = m.att
            if a is not None and not a.settled and a.end is not None and a.end < q.ms:
                if diff != 0 or not quiet:
                    a.agree = None
                elif (corrected and first > a.end) or (a.agree is not None and q.ms - a.agree >= self.c["sent_timeout_ms"]):
                    a.settled, a.counts = True, a.done_told or a.filled > 0
                elif a.agree is None:
                    a.agree = q.ms
            agree = agree and diff == 0
        return agree

    # ---- derived from the facts
    def overdue_place(self, t):
        return (not t.worded or t.role == "flatten") and t.rest_seq is None and self.now - t.sent >= self.c["sent_timeout_ms"]

    def overdue_cancel(self, t):
        return t.cxl_wait is not None and self.now - t.cxl_wait >= (self.c["stale_cancel_timeout_ms"] or 10000)

    def mark(self, m):
        """The usable mark, or None (Q-0)."""
        if m.mark is None or (m.oracle is not None and self.gap(m.oracle, m.mark)):
            return None
        return m.mark

    def ratio(self, m):
        mark = self.mark(m)
        return None if mark is None else max(D(-1), min(D(1), m.net * mark / self.c["max_position_usd"]))

    def emergency(self, m):
        r = self.ratio(m)
        return r is not None and abs(r) >= self.c["inventory_emergency_ratio"]

    def stale(self, m):
        most = self.c["oracle_max_age_ms"]
        return m.oracle_ms is None or (most > 0 and self.now - m.oracle_ms > most)

    def halted(self):
        """L-6, the causes that halt all markets."""
        if not self.up or self.link_seq is not None:
            return "disconnected"
        if not self.born_ok:
            return "beginning of the life"
        if self.gate_shut():
            return "drawdown gate"
        for m in self.markets.values():
            for t in m.live:
                if t.unknown or self.overdue_place(t):
                    return "an unanswered order"
        return None

    def gate_shut(self):
        if (self.losses and self.losses[0][0] < self.now - HOUR) or len(self.losses) > 1:
            self.losses = sorted(x for x in self.losses if x[0] >= self.now - HOUR)
        most = self.c["max_hourly_drawdown_usd"]
        return most > 0 and bool(self.losses) and sum((x[1] for x in self.losses), ZERO) <= -most

    def block(self, m, halt, quoting):
        """Why there is no ladder in this market now, or None."""
        if not m.quoted or m.szd is None:
            return "not configured"
        if self.stopped or self.l9 == "running" or not quoting:
            return "outside the quoting window or shutting down"
        if not self.c["enabled"]:
            return "observation"
        if halt:
            return halt
        if self.c["stale_cancel_timeout_ms"] and any(self.overdue_cancel(t) for t in m.live):
            return "a stale cancel"
        if m.price_bad or m.oracle is None or self.mark(m) is None:
            return "no usable price"
        if self.stale(m):
            return "stale oracle"
        if self.emergency(m):
            return "inventory emergency"
        return None

    # ---- shutdown
    def open_l9(self, why):
        self.l9, self.l9_said = "running", set()
        for m in self.markets.values():
            m.tries = 0
        self.say("warn", "shutdown_started", None, why)

    def closeable(self, m):
        """Lots that an attempt may close: min(|MM net|, what the account's net position lets reduce-only close)."""
        if m.szd is None or m.net == 0:
            return ZERO
        account = m.net + m.taker
        room = max(ZERO, account if m.net > 0 else -account)
        return lots(min(abs(m.net), room), m.szd)

    def attempt_left(self, m):
        return m.net != 0 and self.mark(m) is not None and m.tries < self.c["flatten_max_attempts"] and self.closeable(m) > 0

    def flatten(self, m, size):
        if m.szd is None or (m.att is not None and not m.att.settled) or (m.att_ms is not None and self.now - m.att_ms < self.c["requote_interval_ms"]):
            return
        side, slip = ("sell", -1) if m.net > 0 else ("buy", 1)
        px, sz = legal_px(self.mark(m) * (1 + slip * self.c["flatten_slippage_bps"] / BPS), side, m.szd), lots(size, m.szd)
        if px > 0 and sz > 0:
            m.att, m.att_ms = self.send_place(m, side, px, sz, "flatten", None), self.now
            m.att.in_l9 = self.l9 == "running"

    def settle_attempts(self):
        for m in self.markets.values():
            a = m.att
            if a is None or getattr(a, "closed", False):
                continue
            if not a.settled and a.end is not None:
                if a.why in ("rejected", "send_failed"):
                    a.settled = True
                elif a.filled >= a.size or (a.done_told and a.done_sz is not None and a.filled >= a.done_sz):
                    a.settled = a.counts = True
            if a.settled:
                a.closed = True
                if a.counts and a.in_l9:
                    m.tries += 1

    def shutdown(self, closed):
        ms = self.markets.values()
        live = any(m.live for m in ms)
        if self.l9 == "none" and closed and (live or any(m.net != 0 for m in ms)):
            self.open_l9("own orders or a position outside the quoting window")
        elif self.l9 == "done" and closed and (live or self.new_fill or any(self.attempt_left(m) for m in ms)):
            self.l9, self.l9_said = "running", set()
            self.say("warn", "shutdown_reopened")
        self.new_fill = False
        if self.l9 != "running":
            return
        for m in ms:
            if m.net != 0 and m.szd is not None and self.closeable(m) < lots(abs(m.net), m.szd) and m.name not in self.l9_said:
                self.l9_said.add(m.name)
                self.say("warn", "close_blocked_by_taker", m.name, "the account's net position lets reduce-only close less than the MM part",
                         net=txt(m.net), taker=txt(m.taker), closeable=txt(self.closeable(m)))
            if self.attempt_left(m):
                self.flatten(m, self.closeable(m))

    def quiet(self):
        """L-9: nothing left to do but to ask."""
        return self.l9 == "running" and all(not m.live and (m.att is None or m.att.settled) and not self.attempt_left(m) for m in self.markets.values())

    def finish_l9(self):
        still = [{"market": m.name, "size": txt(m.net)} for m in self.markets.values() if m.net != 0]
        for s in still:
            self.say("error", "position_left_open", s["market"], "the shutdown ends with an open MM position", size=s["size"])
        self.l9 = "done"
        self.say("info", "shutdown_done", None, "no own order, books agree with the venue", left_open=still)

    # ---- one pass over all rules, after every event
    def rules(self, quote):
        c, ms = self.c, list(self.markets.values())
        wk = weekend_no(self.now)
        if wk != self.weekend:                       # S-4
            self.weekend = wk
            for m in ms:
                m.adv_n, m.adv_side, m.fresh = 0, None, True
            if not self.stopped:
                self.l9 = "none"
        if self.now >= self.sunday:                  # S-2
            self.sunday = next_sunday(self.now)
            if self.l9 != "running":
                self.open_l9("window")
        quoting, _closing = session(self.now, c["weekend_only"])
        closed = self.stopped or not quoting
        if self.l9 == "done" and not closed:
            self.l9 = "none"
        self.settle_attempts()
        halt = self.halted()
        shutting = self.l9 == "running" or (closed and (any(m.live or m.net != 0 for m in ms)))
        for m in ms:
            if c["adverse_decay_ms"] and m.adv_n and self.now - m.adv_ms >= c["adverse_decay_ms"]:
                m.adv_n = 0
            if m.quoted and m.oracle_ms is not None and not m.stale_said and self.stale(m):
                m.stale_said = True
                self.say("warn", "stale_oracle", m.name, "the oracle price is too old: no ladder")
            why = self.block(m, halt, quoting)
            if why != m.block_told and (m.quoted or why is None):
                m.block_told = why
                self.say("info", "ladder_off" if why else "ladder_on", m.name, why or "quoting is allowed")
            if why:
                m.fresh = True
                m.wait = {"buy": set(), "sell": set()}
                for t in list(m.live):
                    if t.role != "flatten" or t.rest_seq is not None:
                        self.want_cancel(t)
            else:
                r = self.ratio(m)
                for side, over in (("buy", r >= c["inventory_warn_ratio"]), ("sell", -r >= c["inventory_warn_ratio"])):
                    if over:                         # I-3
                        m.wait[side] = set()
                        for t in list(m.live):
                            if t.side == side and t.role != "flatten":
                                self.want_cancel(t)
            if not shutting and self.emergency(m):   # I-4; in a shutdown its own attempts do it
                self.flatten(m, abs(m.net))
        self.shutdown(closed)
        if self.up and self.link_seq is None:        # L-5: cancels that never left
            for m in ms:
                for t in list(m.live):
                    if t.retry is not None and self.now >= t.retry:
                        self.send_cancel(t)
        for m in ms:
            if m.block_told is None and m.quoted and self.block(m, halt, quoting) is None:
                if m is quote and self.requote_due(m):
                    self.requote(m)
                elif m.last_word and (m.wait["buy"] or m.wait["sell"]):
                    self.fill_in(m, self.rungs(m, False), True)
            m.last_word = False
        if self.verdict and self.born_ok and self.quiet():
            self.finish_l9()
        self.verdict = None
        self.ask()
        if self.ended and self.ended[0].end <= self.now - REMEMBER_MS:
            keep = [t for t in self.ended if t.end > self.now - REMEMBER_MS or any(t is m.att and not t.settled for m in ms)]
            for t in set(self.ended) - set(keep):
                del self.by_cloid[t.cloid]
            self.ended = keep

    # ---- the ladder
    def requote_due(self, m):
        if m.fresh or m.quote_ms is None or self.now - m.quote_ms >= self.c["requote_interval_ms"]:
            return True
        return abs(m.oracle - m.quote_px) / m.quote_px * BPS >= self.c["min_requote_change_bps"]

    def rungs(self, m, loud):
        """{side: [(level, px, sz)]}: the ladder at the current oracle, rounded, what cannot be sent left out."""
        c, r, mark, out = self.c, self.ratio(m), self.mark(m), {}
        mult = c["adverse_spread_multiplier"] if 0 < c["adverse_consecutive_fills"] <= m.adv_n else D(1)
        floor = max(D(1), c["fee_buffer_bps"]) if c["skew_respects_fee_floor"] else D(1)
        sz, dropped = lots(c["size_per_level_usd"] / mark, m.szd), 0
        for side, sign in (("buy", 1), ("sell", -1)):
            out[side], last = [], None
            if sign * r >= c["inventory_warn_ratio"]:
                continue                             # I-3
            for i in range(c["num_levels"]):
                base = (c["min_offset_bps"] + i * c["level_spacing_bps"]) * mult
                off = max(base * (1 + sign * c["inventory_skew_factor"] * r), floor)
                raw = m.oracle * (1 - sign * off / BPS)
                px = legal_px(raw, side, m.szd) if raw > 0 else ZERO
                if px <= 0 or abs(px - m.oracle) / m.oracle * BPS > 9500:
                    dropped += 1
                elif sz <= 0 or px * sz < m.min_usd:
                    if not m.min_said:
                        m.min_said = True
                        self.say("warn", "rung_below_minimum", m.name, "a rung is worth less than the venue's minimum", px=txt(px), sz=txt(sz))
                elif last is None or sign * (last - px) > 0:
                    out[side].append((i, px, sz))
                    last = px
        if dropped and loud:
            self.say("warn", "rung_out_of_range", m.name, "rungs not positive or more than 9500 bps from the oracle", count=dropped)
        return out

    def requote(self, m):
        m.fresh, m.quote_ms, m.quote_px = False, self.now, m.oracle
        ladder, most, mark = self.rungs(m, True), self.c["max_position_usd"], self.mark(m)
        for side in SIDES:
            total = m.net if side == "buy" else -m.net
            mine = [t for t in m.live if t.side == side and t.role == "ladder" and t.cxl_seq is None]
            m.wait[side] = set()
            for level, px, sz in ladder[side]:
                keep = next((t for t in mine if t.px == px and t.left() == sz), None)
                total += keep.exposure() if keep else sz
                if total * mark > most:              # I-5: not even after all cancels; the outer ones go with it
                    break
                if keep:
                    keep.level = level
                    mine.remove(keep)
                else:
                    m.wait[side].add(level)
            for t in mine:
                self.want_cancel(t)
        self.fill_in(m, ladder, False)

    def fill_in(self, m, ladder, later):
        """Place the awaited rungs that may go now. `later`: on a last word, beside rungs of an older oracle price."""
        most, mark = self.c["max_position_usd"], self.mark(m)
        if any(t.side is None or t.px is None for t in m.live):
            return
        for side in SIDES:
            sign, at = (1 if side == "buy" else -1), {lv: (px, sz) for lv, px, sz in ladder[side]}
            others = [t for t in m.live if t.side == side and t.role != "flatten"]
            if CANCEL_FIRST and any(t.cxl_seq is not None for t in others):
                continue
            for level in sorted(m.wait[side]):
                if level not in at:
                    m.wait[side].discard(level)
                    continue
                px, sz = at[level]
                now = sum((t.exposure() for t in others), sz + sign * m.net)
                after = sum((t.exposure() for t in others if t.cxl_seq is None), sz + sign * m.net)
                if after * mark > most:
                    m.wait[side] = {x for x in m.wait[side] if x < level}
                    break
                if now * mark > most:
                    break
                if any(t.side not in (None, side) and sign * (px - t.px) >= 0 for t in m.live):
                    continue                         # L-13: waits for the other side's last word
                if later and any(t.cxl_seq is None and t.level is not None and t.level != level and
                                 ((t.level - level) * sign * (px - t.px) <= 0) for t in others):
                    continue                         # would not stand strictly between its neighbours
                if self.budget < self.c["request_reserve"]:
                    m.wait = {"buy": set(), "sell": set()}
                    if not self.budget_said:
                        self.budget_said = True
                        self.say("warn", "request_budget", m.name, "less than request_reserve is left: placements stop", left=txt(self.budget))
                    return
                self.budget_said = False
                m.wait[side].discard(level)
                others.append(self.send_place(m, side, px, sz, "ladder", level))

    # ---- asking
    def reasons(self):
        out = set()
        for m in self.markets.values():
            for t in m.live:
                if t.unknown or t.cxl_rej or t.absent is not None or self.overdue_place(t) or self.overdue_cancel(t):
                    out.add(t.cloid)
            if m.att is not None and not m.att.settled and m.att.end is not None:
                out.add(m.att.cloid)
            if m.diff != 0:
                out.add("diff " + m.name)
        if self.quiet():
            out.add("shutdown")
        return frozenset(out)

    def ask(self):
        c, now, why = self.c, self.now, self.reasons()
        calm, patience = "shutdown" in why, c["sent_timeout_ms"]
        if self.ans_last != now and why - self.waiting:
            self.demand = True
        self.waiting = why
        if self.q is not None:
            self.q.final = self.q.final and calm
            due = now - self.q.ms >= patience
        else:
            since = None if self.ans_last is None else now - self.ans_last
            due = self.ask_now or self.q_last is None or (since is not None and since >= RETRY_MS and (
                self.demand or now - self.q_last >= c["reconcile_interval_ms"] or (bool(why) and since >= max(RETRY_MS, min(1000, patience)))))
            due = due or (self.again_at is not None and now >= self.again_at)
        if not due or (self.q_last is not None and now <= self.q_last):
            return
        self.q, self.q_last, self.ask_now, self.demand = Query(now, self.raw if self.seq else now, self.seq, calm), now, False, False
        if self.again_at is not None and now >= self.again_at:
            self.again_at = None
        self.queries.append({"type": "query_open_orders"})


# ------------------------------------------------------------------------------------------------ the wire
class Port:
    life = None

    def handle(self, req):
        kind = req.get("kind")
        if kind == "hello":
            return {"name": "simple-fixed-ladder", "version": "1", "features": ["cancel_by_cloid", "reconcile"], "calls": [],
                    "ignores": ["schedule_cancel_rejected"], "restartable": True}
        if kind == "start":
            return self.start(req)
        if kind == "event":
            return self.event(req) if self.life else {"error": {"code": "not_started"}}
        if kind == "events":
            if not self.life:
                return {"error": {"code": "not_started"}}
            many = req.get("events")
            return {"replies": [self.event(e if isinstance(e, dict) else {}) for e in (many if isinstance(many, list) else [])]}
        if kind == "call":
            return {"error": {"code": "unknown_call"}}
        return {} if kind == "bye" else {"error": {"code": "unknown_kind"}}

    def start(self, req):
        self.life = None
        conf, errs = read_config(req.get("config", {}))
        if not errs and not is_int(req.get("now_ms")):
            return {"error": {"code": "start", "errors": [{"key": "now_ms", "code": "wrong_type"}]}}
        if not errs:
            life = Life(req, conf)
            errs = life.errors
            if not errs:
                self.life = life
                return life.reply()
        return {"error": {"code": "config", "errors": errs}}

    def event(self, req):
        try:
            return self.life.event(req.get("now_ms"), req.get("event"))
        except Exception:                            # N-6: answered whatever happens; what was decided so far goes out
            traceback.print_exc(file=sys.stderr)
            self.life.say("error", "internal_error", None, traceback.format_exc(limit=-1)[-300:])
            return self.life.reply()


def main():
    port, out = Port(), sys.stdout.buffer
    for line in sys.stdin.buffer:
        try:
            req = json.loads(line.decode("utf-8"), parse_float=D, parse_constant=str)
            if not isinstance(req, dict):
                raise ValueError
        except (ValueError, RecursionError):
            req = {"id": None, "kind": None}
        ans = {"id": req.get("id")}
        ans.update(port.handle(req))
        out.write(json.dumps(ans, separators=(",", ":"), default=str).encode("ascii") + b"\n")
        out.flush()
        if req.get("kind") == "bye":
            return


if __name__ == "__main__":
    main()
