"""The second prover: it confirms every lemma, a defect in a kernel refutes one, and it takes nothing less for proof."""

from __future__ import annotations

import importlib
from decimal import Decimal
from operator import attrgetter

import pytest

pytest.importorskip("z3")

from mmgate.engines import prover, symbolic
from mmgate.engines.lemma_words import Finding
from mmgate.engines.prover import GaveUp, Refuted, Unmet, prove
from mmgate.engines.symbolic import agreed, proved, repeats
from model import counter, inventory, orders, quoting, risk, volatility
from model.actions import Side
from model.arithmetic import ONE, ZERO
from specs.contracts import LEMMAS
from specs.lemma import Lemma
from specs.spec import Word

SHARED = [lemma for lemma in LEMMAS if not lemma.beyond]
KERNELS = sorted({kernel for lemma in LEMMAS for kernel in lemma.kernels})
WEEK_MS = 7 * 86_400_000


@pytest.mark.parametrize("lemma", SHARED, ids=lambda lemma: lemma.name)
def test_what_crosshair_confirms_the_second_prover_confirms(lemma):
    assert proved(lemma).word is Word.HOLDS


BASE_OFFSETS, FINAL_OFFSETS, SIDE_SKEWS = quoting._base_offsets, quoting._final_offsets, quoting._side_skews
ADVANCE, SEEN, CANCELLED, FILLED = orders.advance, orders.seen_resting, orders.cancel_sent, orders.filled
RESULT, TRIGGER = risk.DrawdownGate.with_result, orders.Trigger
RESTING = orders.OrderState.RESTING

# One defect for each kernel that any lemma is about.
BROKEN = {
    "counter.counter_order": lambda c, side, px, sz, level, mark: counter.CounterOrder(side, px, sz, ONE),
    "counter.counter_price": lambda config, side, px, level, mark: px,
    "counter.displaced": lambda side, fill, distance: fill - distance if side is Side.BUY else fill + distance,
    "counter.displacement": lambda num, fill, mark, share, fee: num.mul(abs(mark - fill), share),
    "counter.reversion": lambda num, share, per_level, level, most: share,
    "counter.reversion_at": lambda config, level: config.counter_reversion_pct,
    "counter.reverting_price": lambda num, side, fill, mark, level, share, per_level, most, fee: fill,
    "inventory.Exposure.of": lambda self, side: self.short if side is Side.BUY else self.long,
    "inventory.adds_to": lambda net, side: (net >= 0) == (side is Side.BUY),
    "inventory.booked": lambda book, side, px, sz: inventory.Book(book.net + sz, book.cost, book.cash, book.realised),
    "inventory.exposure": lambda net, told, cancelled_too=True: inventory.Exposure(net, -net),
    "inventory.ratio": lambda config, net, mark: net * mark / config.max_position_usd,
    "market.passive": lambda grid, side, px, decimals: grid.floor(px, decimals),
    "market.price_decimals": lambda magnitude, sz_decimals: max(0, 4 - magnitude),
    "orders.Order.remaining": property(lambda self: self.size - self.filled),
    "orders.Order.unfilled": property(lambda self: self.size - self.filled),
    "orders.advance": lambda order, trigger, now, **also: ADVANCE(order._replace(state=RESTING), trigger, now, **also),
    "orders.cancel_refused": lambda order, now: ADVANCE(order, TRIGGER.CANCEL_REFUSED, now),
    "orders.cancel_sent": lambda order, now: CANCELLED(order, now)._replace(early_cancel=False),
    "orders.filled": lambda order, sz, now: FILLED(order, sz, now) if sz > 1 else order,
    "orders.seen_resting": lambda order, oid, left, now: SEEN(order, oid, left, now)._replace(seen_resting=False),
    "permission.meets_own": lambda draft, market, side, px: False,
    "quoting._base_offsets": lambda config, multiplier, stats: (BASE_OFFSETS(config, multiplier, stats)[0][::-1], ()),
    "quoting._final_offsets": lambda config, side, base, ratio, trend: FINAL_OFFSETS(config, side, base, ratio, ONE),
    "quoting._side_skews": lambda config, side, ratio, trend: SIDE_SKEWS(config, Side.BUY, ratio, trend),
    "quoting.clamped": lambda value, low, high: max(value, low),
    "quoting.convex_multiplier": lambda num, low, high, i, n: high - num.mul(high - low, num.div(i, n - 1)),
    "quoting.curved_offset": lambda num, l0, outer, weight: num.mul(weight, outer),
    "quoting.dynamic_offset": lambda num, optimal, multiplier, least, fee: max(num.mul(optimal, multiplier), least),
    "quoting.floored_offset": lambda offset, floor: offset,
    "quoting.linear_offset": lambda num, l0, level, spacing: l0 + spacing,
    "quoting.offset_floor": lambda num, fee, respects: num.whole(1),
    "quoting.outer_offset": lambda num, l0, p100, safety, least: max(p100, l0 + least),
    "quoting.quote_price": lambda num, side, oracle, offset: oracle,
    "quoting.skew": lambda num, side, factor, lean: num.whole(1) + num.mul(factor, lean),
    "quoting.skewed_offset": lambda num, offset, inventory, velocity: offset + num.whole(1),
    "quoting.widened_offset": lambda num, offset, multiplier: num.mul(offset, multiplier),
    "requote._admitted": lambda draft, where, new, kept: list(new.rungs),
    "requote._send": lambda draft, where, rungs: None,
    "risk.DrawdownGate.aged": lambda self, now: self,
    "risk.DrawdownGate.shut": lambda self, config: sum((usd for _, usd in self.results), ZERO) < 0,
    "risk.DrawdownGate.with_result": lambda self, t, usd: risk.DrawdownGate(RESULT(self, t, usd).results, t),
    "risk.Requests.allows_place": lambda self, config: self.left() >= config.request_reserve,
    "risk.Requests.left": lambda self: self.told - self.used,
    "session.latest_shutdown_start": lambda t_ms: t_ms,
    "session.quoting_window": lambda t_ms, weekend_only: True,
    "session.shutdown_start_between": lambda after_ms, until_ms: None,
    "session.shutdown_window": lambda t_ms: False,
    "session.since_opening": lambda t_ms: t_ms % WEEK_MS,
    "session.weekend_of": lambda t_ms: t_ms // WEEK_MS,
    "velocity.trend": lambda config, state: Decimal(0),
    "volatility.breakpoint_index": lambda config, values: 2,
    "volatility.percentile_index": lambda per_mille, count: per_mille * (count - 1) // 1000,
    "volatility.wick_bps": lambda high, low: min((high - low) / low * 10_000, volatility.MAX_WICK_BPS),
}


def test_each_kernel_of_a_lemma_has_a_defect():
    assert sorted(BROKEN) == KERNELS


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_defect_in_a_kernel_refutes_a_lemma_about_it(kernel, monkeypatch):
    module, _, path = kernel.partition(".")
    *owner, name = path.split(".")
    holder = importlib.import_module(f"model.{module}")
    monkeypatch.setattr(attrgetter(*owner)(holder) if owner else holder, name, BROKEN[kernel])
    about = [lemma for lemma in LEMMAS if kernel in lemma.kernels]
    finding = next(one for one in map(proved, about) if one.word is not Word.HOLDS)
    lemma = next(one for one in about if one.name == finding.lemma)
    assert (finding.word, finding.provers) == (Word.VIOLATED, ("z3",))
    assert repeats(lemma, dict(finding.arguments))
    monkeypatch.undo()
    assert not repeats(lemma, dict(finding.arguments))


def quotients(a: int, b: int) -> bool:
    """Claim what Python's own division and remainder are.

    pre: b in (-3, 3)
    post: _
    """
    rest = a % b
    return a == a // b * b + rest and (0 <= rest < b if b > 0 else b < rest <= 0)


def powers(n: int) -> bool:
    """Claim a thing of powers of ten.

    pre: 0 <= n <= 6
    post: _
    """
    return 10**n >= n + 1 and (0, 1, 2, 3, 4, 5, 6)[n] == n


@pytest.mark.parametrize("claim", [quotients, powers])
def test_its_numbers_are_pythons(claim):
    assert prove(Lemma("X", (), claim)) > 0


def impossible(n: int) -> bool:
    """Claim under assumptions that nothing meets.

    pre: n > 0 and n < 0
    post: _
    """
    return False


def breaks(n: int) -> bool:
    """Claim and break.

    pre: n >= 0
    post: _
    """
    return 1 // n > 0


def endless(n: int) -> bool:
    """Claim something of more paths than anyone can try.

    pre: n >= 0
    post: _
    """
    steps = 0
    while n > steps:
        steps += 1
    return steps == n


def opaque(n: int) -> bool:
    """Claim by what only plain integers can do.

    post: _
    """
    return Decimal(n) == n


def unsaid(n: int) -> bool:
    """Claim a thing without saying so."""
    return n > 0


def test_it_proves_only_what_it_followed_to_the_end():
    with pytest.raises(Unmet, match="nothing meets"):
        prove(Lemma("X", (), impossible))
    with pytest.raises(GaveUp, match="more than 300 branches"):
        prove(Lemma("X", (), endless))
    with pytest.raises(GaveUp, match="more than 3 paths"):
        prove(Lemma("X", (), powers), 3)
    with pytest.raises(Refuted) as refuted:
        prove(Lemma("X", (), breaks))
    assert refuted.value.arguments == {"n": 0}


def test_z3_giving_up_proves_nothing(monkeypatch):
    monkeypatch.setattr(prover, "SOLVER_UNITS", 50)
    lemma = next(one for one in LEMMAS if one.name == "skews_keep_the_order")
    assert proved(lemma).word is Word.INCONCLUSIVE


@pytest.mark.parametrize(
    ("claim", "word", "reason"),
    [
        (unsaid, Word.ERROR, "no condition was found"),
        (impossible, Word.ERROR, "nothing meets its assumptions"),
        (breaks, Word.VIOLATED, "breaks(n=0)"),
        (opaque, Word.ERROR, "does not repeat in plain Python"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_its_words_are_the_engines(claim, word, reason):
    finding = proved(Lemma("X", (), claim))
    assert (finding.word, reason in finding.reason) == (word, True), finding


def test_provers_that_contradict_each_other_give_no_verdict():
    holds, wrong = (
        Finding("a", Word.HOLDS, provers=("z3",)),
        Finding("a", Word.VIOLATED, "", (("n", 1),), ("CrossHair",)),
    )
    unsure, broken = Finding("a", Word.INCONCLUSIVE, "?"), Finding("a", Word.ERROR, "!")
    for pair in ((holds, wrong), (wrong, holds)):
        assert agreed(*pair).word is Word.ERROR
        assert agreed(*pair).reason == "the provers disagree: z3 confirms what a(n=1) refutes"
    assert agreed(unsure, holds) == agreed(holds, unsure) == holds
    assert agreed(wrong, unsure) == wrong
    assert agreed(holds, broken) == broken
    assert agreed(holds, Finding("a", Word.HOLDS, provers=("CrossHair",))).provers == ("z3", "CrossHair")


def test_both_provers_are_asked_where_a_profile_says_so(monkeypatch):
    refutes = Finding("x", Word.VIOLATED, "", (), ("z3",))
    holds = Finding("x", Word.HOLDS, provers=("CrossHair",))
    monkeypatch.setattr(symbolic, "prove_in_a_fork", lambda _lemma: refutes)
    monkeypatch.setattr(symbolic, "examine_in_a_fork", lambda *_: holds)
    assert symbolic._examined(SHARED[0], symbolic.Work(60)) == holds
    assert symbolic._examined(SHARED[0], symbolic.Work(60, both=True)).word is Word.ERROR


def test_what_crosshair_leaves_open_the_second_prover_says(monkeypatch):
    monkeypatch.setattr(symbolic, "examine_in_a_fork", lambda one, *_: Finding(one.name, Word.INCONCLUSIVE, "?"))
    assert symbolic._examined(SHARED[0], symbolic.Work(60)).provers == ("z3",)
