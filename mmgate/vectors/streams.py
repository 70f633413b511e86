"""Boundary cases of what is computed from streams of prices: wick statistics (V-1..V-10) and the trend (W-1, W-2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mmgate.vectors.ask import Ask
from mmgate.vectors.case import Data

WICK_SPECS = ("VOL-1", "VOL-2", "VOL-3", "VOL-8")
TREND_SPECS = ("VEL-1", "VEL-2", "VEL-3")
SATURDAY_MS = 1_770_465_600_000
WEDNESDAY_MS = 4 * 24 * 3_600_000
"""After the Saturday."""
SMALL: Data = {"wick_window_size": 8, "wick_min_samples": 3}

Tick = tuple[int, str]


def wicks(name: str, why: str, rules: str, config: Data, ticks: Sequence[Tick], reads: Sequence[int] = ()) -> Ask:
    """Ask for statistics; times are ms after a Saturday noon."""
    args: Data = {"config": config, "ticks": [[SATURDAY_MS + at, px] for at, px in ticks]}
    if reads:
        args["reads"] = [SATURDAY_MS + at for at in reads]
    return Ask("wick_stats", name, why, tuple(rules.split()), WICK_SPECS, args)


def seconds(wicks_bps: Sequence[int], px: int = 5000) -> list[Tick]:
    """Return two ticks a second whose ranges are so many bps of `px`, without gaps between seconds."""
    ticks: list[Tick] = []
    for at, bps in enumerate(wicks_bps):
        ticks += [(1000 * at, str(px)), (1000 * at + 500, f"{px + px * bps / 10_000:.4f}"), (1000 * at + 900, str(px))]
    return [*ticks, (1000 * len(wicks_bps), str(px))]


def wick_asks() -> Iterator[Ask]:
    """Yield the boundary cases of `wick_stats`."""
    yield from _ticks()
    yield from _gaps()
    yield from _windows()
    yield from _breakpoints()
    yield from _reads()


def _ticks() -> Iterator[Ask]:
    yield wicks("ticks/none", "no ticks: zeros, not valid, N/A", "V-3", SMALL, [], [0])
    yield wicks("ticks/one", "one tick closes nothing", "V-1", SMALL, [(0, "5000")])
    yield wicks("ticks/one-second", "a later second closes the first", "V-2", SMALL, seconds([4]))
    odd = [(0, "5000"), (400, "0"), (500, "-5"), (600, "5001"), (1000, "5000")]
    yield wicks("ticks/unusable", "zero and negative prices change nothing", "V-1", SMALL, odd)
    late = [(0, "5000"), (1500, "5002"), (700, "4000"), (1600, "5003"), (2000, "5000")]
    yield wicks("ticks/late", "a tick of an earlier second changes nothing", "V-1", SMALL, late)
    back = [(0, "5000"), (900, "5002"), (300, "4999"), (1000, "5000")]
    yield wicks("ticks/out-of-order-within", "within a second the order does not matter", "V-1", SMALL, back)
    yield wicks("ticks/capped", "a wick is at most 500 bps", "V-2", SMALL, seconds([499, 501, 5000, 3]))
    quiet = [(0, "5000"), (3999, "5000"), (4000, "5001")]
    yield wicks("ticks/empty-seconds", "seconds without a tick give no sample", "V-1", SMALL, quiet)
    tiny = [(0, "0.00001"), (500, "0.0000100003"), (1000, "0.00001")]
    week = [(WEDNESDAY_MS + at, px) for at, px in seconds([4, 5, 6])]
    yield wicks("ticks/on-a-wednesday", "ticks count outside the window, too", "V-7", SMALL, week)
    yield wicks("ticks/tiny", "a tiny price, rounded once to binary64", "V-2 N-2", SMALL, tiny)


def _gaps() -> Iterator[Ask]:
    for name, gap in (("within", 5000), ("over", 5001)):
        ticks = [(0, "5000"), (gap, "5010"), (gap + 1000, "5010")]
        yield wicks(f"gaps/{name}", "a move since the last price counts if it is recent enough", "V-10", SMALL, ticks)
    off = {**SMALL, "wick_includes_gap": False}
    yield wicks("gaps/off", "the correction off", "V-10", off, [(0, "5000"), (3000, "5010"), (4000, "5010")])
    short = {**SMALL, "wick_gap_max_ms": 900}
    yield wicks(
        "gaps/short",
        "a short limit",
        "V-10",
        short,
        [(0, "5000"), (950, "5001"), (1100, "5010"), (2200, "5020"), (3000, "5020")],
    )
    calm = [(1000 * at, "5000") for at in range(6)]
    yield wicks("gaps/calm", "one price a second: only zeros", "V-10", SMALL, calm)


def _windows() -> Iterator[Ask]:
    yield wicks("windows/not-valid-yet", "one sample too few", "V-3", SMALL, seconds([4, 5]))
    yield wicks("windows/just-valid", "as many samples as needed", "V-3", SMALL, seconds([4, 5, 6]))
    yield wicks("windows/full", "the oldest leaves", "V-2", SMALL, seconds([40, 5, 6, 7, 8, 9, 10, 11, 12]))
    yield wicks(
        "windows/equal-leaves", "of equal samples one leaves", "V-2", SMALL, seconds([7, 7, 7, 7, 7, 7, 7, 7, 9])
    )
    aged = {**SMALL, "wick_max_age_ms": 3000}
    ticks = seconds([9, 8, 7])
    yield wicks("windows/age-at", "a sample of just the greatest age stays", "V-9", aged, ticks, [3000, 4000, 5000])
    yield wicks("windows/age-over", "a sample older than that leaves", "V-9", aged, ticks, [4001, 5001, 6001])
    yield wicks("windows/ageless", "0: samples never age", "V-9", {**SMALL, "wick_max_age_ms": 0}, ticks, [10**9])


def _breakpoints() -> Iterator[Ask]:
    wide: Data = {"wick_window_size": 2000, "wick_min_samples": 10}
    calm = [1] * 300
    yield wicks(
        "breakpoints/cliff-p95", "the largest jump lies at P95", "V-4", wide, seconds([*calm[:188], *[20] * 12])
    )
    yield wicks("breakpoints/cliff-p99", "the largest jump lies at P99", "V-4", wide, seconds([*calm[:194], *[20] * 6]))
    yield wicks("breakpoints/none", "no jump of 1.5: P99", "V-4", wide, seconds([10, 11] * 60))
    yield wicks(
        "breakpoints/first-of-equals",
        "two jumps alike: the first",
        "V-4",
        wide,
        seconds([*[2] * 90, *[4] * 5, *[8] * 5]),
    )
    exact = {**wide, "breakpoint_min_jump_ratio": 2.0}
    yield wicks("breakpoints/just-enough", "a jump of exactly the ratio", "V-4", exact, seconds([*[2] * 90, *[4] * 10]))
    zeros = seconds([*[0] * 99, 50])
    yield wicks("breakpoints/zeros-with-floor", "zeros and a spike: the floor makes the pair count", "V-4", wide, zeros)
    yield wicks(
        "breakpoints/zeros-without",
        "floor 0: pairs with a lower value of 0 are skipped",
        "V-4",
        {**wide, "breakpoint_floor_bps": "0"},
        zeros,
    )
    for count in (11, 20, 21, 101):
        why = f"{count} samples: the index is rounded half away from zero"
        yield wicks(f"breakpoints/ranks-{count}", why, "V-3", wide, seconds([(7 * at) % 97 for at in range(count)]))


def _reads() -> Iterator[Ask]:
    ticks = seconds([4, 9, 2, 30, 5])
    yield wicks("reads/again", "read twice at once: the same", "V-5", SMALL, ticks, [5000, 5000])
    aged = {**SMALL, "wick_max_age_ms": 4000, "wick_cache_ttl_ms": 60_000}
    yield wicks(
        "reads/through-ages",
        "the cache hides no sample that left",
        "V-5 V-9",
        aged,
        ticks,
        list(range(1000, 12_000, 500)),
    )
    later = {**SMALL, "wick_cache_ttl_ms": 700}
    yield wicks("reads/past-the-ttl", "a TTL that passes between two reads", "V-5", later, ticks, [5000, 5700, 5701])
    yield wicks("reads/uncached", "a TTL of 0", "V-5", {**SMALL, "wick_cache_ttl_ms": 0}, ticks, [2000, 3000, 5000])


def trend(name: str, why: str, config: Data, prices: Sequence[str]) -> Ask:
    """Ask for the trend after a list of prices."""
    return Ask("velocity_trend", name, why, ("W-1", "W-2"), TREND_SPECS, {"config": config, "prices": list(prices)})


def trend_asks() -> Iterator[Ask]:
    """Yield the boundary cases of `velocity_trend`."""
    for weighting in ("direction", "magnitude"):
        on: Data = {"velocity_skew_enabled": True, "velocity_weighting": weighting}
        yield trend(f"{weighting}/none", "no price", on, [])
        yield trend(f"{weighting}/anchor", "the first price only anchors", on, ["5000"])
        yield trend(f"{weighting}/up", "all up", on, ["5000", "5001", "5002", "5003"])
        yield trend(f"{weighting}/down", "all down", on, ["5000", "4999", "4998"])
        yield trend(f"{weighting}/mixed", "ups and downs", on, ["5000", "5010", "5005", "5006", "4990"])
        yield trend(f"{weighting}/same", "a price repeated is no move", on, ["5000", "5000", "5000"])
        yield trend(f"{weighting}/at-threshold", "a move of just the threshold counts", on, ["5000", "5000.25"])
        yield trend(f"{weighting}/under-threshold", "a move under it does not", on, ["5000", "5000.2499"])
        yield trend(
            f"{weighting}/adding-up", "tiny moves in one direction add up", on, ["5000", "5000.1", "5000.2", "5000.3"]
        )
        yield trend(
            f"{weighting}/noise", "tiny moves to and fro never count", on, ["5000", "5000.1", "4999.9", "5000.1"]
        )
        yield trend(f"{weighting}/unusable", "unusable prices are ignored", on, ["5000", "0", "-3", "5002"])
        window = ["5000", "5010", "5020", "5010", "5000", "4990", "4980", "4990"]
        yield trend(f"{weighting}/window", "the oldest move leaves", on, window)
        yield trend(f"{weighting}/window-1", "only the last move counts", {**on, "velocity_window": 1}, window)
        every = {**on, "velocity_min_tick_bps": "0"}
        yield trend(f"{weighting}/no-threshold", "threshold 0: every move counts", every, ["5000", "5000.0001", "5000"])
