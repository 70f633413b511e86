"""The race map: which event met which on one order, and how well that was looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mmgate.engines.exploring import Explored
from specs.system_races import EVENTS, Pair, impossible

EXHAUSTED, SEEN, IMPOSSIBLE, NEVER = "exhausted", "seen", "impossible at the venue", "never seen"


@dataclass(frozen=True, slots=True)
class Race:
    """An ordered pair: `word`: exhausted, seen, impossible or never seen; how often; where and why.

    Exhausted: seen, and every scope that brings it about was closed. Seen: some of those scopes were not.
    """

    first: str
    then: str
    word: str
    seen: int
    why: str


def race_map(done: Sequence[Explored]) -> tuple[Race, ...]:
    """Return all ordered pairs, with how well each was looked at."""
    seen: Counter[Pair] = Counter()
    cut: set[Pair] = set()
    where: dict[Pair, list[str]] = {}
    for one in done:
        for pair, count in one.pairs.items():
            seen[pair] += count
            where.setdefault(pair, []).append(one.scope)
            if not one.closed:
                cut.add(pair)
    reasons = impossible()
    return tuple(
        _race((a, b), seen[a, b], where.get((a, b), []), reasons.get((a, b), ""), cut=(a, b) in cut)
        for a in EVENTS
        for b in EVENTS
    )


def _race(pair: Pair, seen: int, where: list[str], reason: str, *, cut: bool) -> Race:
    if seen:
        scopes = f"in {len(where)} scopes, first in {where[0]}"
        return Race(*pair, SEEN if cut else EXHAUSTED, seen, scopes)
    if reason:
        return Race(*pair, IMPOSSIBLE, 0, reason)
    return Race(*pair, NEVER, 0, "no scope of this profile brings it about")


def summary(races: Sequence[Race], *, named: bool = True) -> str:
    """Return the map in one line; what was never seen is `named`."""
    by_word = Counter(race.word for race in races)
    never = [f"{race.first} → {race.then}" for race in races if race.word == NEVER]
    counts = ", ".join(f"{by_word[word]} {word}" for word in (EXHAUSTED, SEEN, IMPOSSIBLE, NEVER))
    return f"race map, {len(races)} ordered pairs: {counts}" + (f": {', '.join(never)}" if never and named else "")


def race_page(races: Sequence[Race], strength: str) -> str:
    """Return the map as a page: a row for each first event, a column for each that follows it."""
    cells = {(race.first, race.then): race for race in races}
    head = "".join(f"<th>{escape(name)}</th>" for name in EVENTS)
    rows = "".join(f"<tr><th>{escape(a)}</th>{''.join(_cell(cells[a, b]) for b in EVENTS)}</tr>" for a in EVENTS)
    return _PAGE.format(strength=escape(strength), summary=escape(summary(races)), head=head, rows=rows)


def _cell(race: Race) -> str:
    text = {EXHAUSTED: f"{race.seen}", SEEN: f"{race.seen} seen", IMPOSSIBLE: "impossible", NEVER: "never seen"}
    kind = race.word.split()[0]
    return f'<td class="{kind}" title="{escape(race.word)}: {escape(race.why)}">{text[race.word]}</td>'


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Race map</title>
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1f24; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #d0d7de; padding: .3rem .6rem; text-align: right; font-weight: normal; }}
tr > th:first-child {{ text-align: left; }}
.exhausted {{ background: #dafbe1; }} .seen {{ background: #fff8c5; }}
.impossible {{ background: #f6f8fa; color: #57606a; }} .never {{ background: #ffebe9; }}
</style>
<h1>Race map</h1>
<p>Row, then column: the event that follows next on one order. A number is how often the search took it. Green: every
scope that brings it about was closed. Hold the pointer over a cell for where, or why not.</p>
<p>{strength}. {summary}.</p>
<table><tr><th></th>{head}</tr>{rows}</table>
</html>
"""
