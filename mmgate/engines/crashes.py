"""Crashes at any instant: runs of their own in which the process dies between two records, and starts again.

The instants are drawn from the seed: when, how many records later (in the middle of a block, of a batch, of a reply),
how long the process is down: a moment, a while, into the shutdown window, past the weekend. All in one scenario that
crosses Sunday 21:00 and Monday 00:00 beside another strategy.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from mmgate.request import CrashAt, Entry, Request
from sim.randomness import stream

SCENARIO = "brink"
SPAN_MS = 300_000
"""Crashes come in the first five minutes: three of quoting, then the shutdown and what follows it."""
MOST_RECORDS = 80
INTO_SHUTDOWN_MS = 240_000
PAST_WEEKEND_MS = 11_160_000
"""When a process that was dead over the window starts again, from the run's start: inside it, and on Monday."""
MOMENTS_MS = (1, 50, 400, 2_000, 7_000, 20_000)


def entries(request: Request) -> list[Entry]:
    """Return the crashes that the profile asks for, the configs in turn; none for a suite without the scenario."""
    configs = list({entry.name: entry for entry in request.suite if entry.ticks is None}.values())
    if not any(entry.scenario == SCENARIO for entry in request.suite):
        return []
    draw = stream(request.seed, "crashes")
    return [
        replace(configs[number % len(configs)], scenario=SCENARIO, why="the process dies here", crash=instant(draw))
        for number in range(request.profile.crashes)
    ]


def instant(draw: Random) -> CrashAt:
    """Draw one crash."""
    after_ms = draw.randrange(SPAN_MS)
    down = [*MOMENTS_MS, *(until - after_ms for until in (INTO_SHUTDOWN_MS, PAST_WEEKEND_MS) if until > after_ms)]
    return CrashAt(after_ms, draw.randrange(1, MOST_RECORDS), draw.choice(down))
