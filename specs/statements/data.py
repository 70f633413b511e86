"""Statements on wick statistics and velocity."""

from __future__ import annotations

from specs.spec import Spec
from specs.statements.kinds import ALWAYS, FUNCTION, P1, P2

SPECS: tuple[Spec, ...] = (
    Spec(
        "VOL-1",
        P1,
        "Wicks and percentiles are the defined ones",
        "Wicks, window and percentiles equal an independent definition, lie in [0, 500] and in order; unusable"
        " and late ticks change nothing.",
        ("V-1", "V-2", "V-3", "V-9", "V-10", "N-2"),
        FUNCTION,
        features=("dynamic_offset",),
    ),
    Spec(
        "VOL-2",
        P1,
        "The breakpoint is the defined one",
        "The optimal wick equals an independent definition; raising only the largest samples never lowers it;"
        " without a cliff it is P99; zeros do no harm.",
        ("V-4",),
        FUNCTION,
        features=("dynamic_offset",),
    ),
    Spec(
        "VOL-3",
        P1,
        "The cache can't be seen",
        "Under every mix of reads, ticks, ages and TTLs a read returns what a fresh computation would.",
        ("V-5",),
        FUNCTION,
    ),
    Spec(
        "VOL-4",
        P1,
        "Markets don't influence each other",
        "A market's statistics depend on its own ticks only; reading all markets gives what reading each gives.",
        ("V-6",),
        FUNCTION,
    ),
    Spec(
        "VOL-5",
        P2,
        "What the ticks say about the offset",
        "Report on the given ticks: share of zero wicks, ticks per second, share of the moves of the next second and of"
        " the next 30 seconds that the innermost rung would have covered. It speaks of this maker: its statistics of"
        " the same ticks equal the definition's, on which the report is built.",
        ("V-3", "Q-2"),
        FUNCTION,
    ),
    Spec(
        "VOL-6",
        P1,
        "Recording never pauses",
        "Ticks are recorded through halts, closing, disabled phases, observation and outside the window.",
        ("V-7",),
        ALWAYS,
        features=("dynamic_offset",),
    ),
    Spec(
        "VOL-7",
        P2,
        "A tick costs few comparisons",
        "A tick takes at most 4 comparisons for each doubling of the window and 16 more, a read at most 32 whatever"
        " the window. Counted on numbers that count, so it judges the reference and its defects only.",
        ("V-8",),
        FUNCTION,
        finding="concern 7",
    ),
    Spec(
        "VOL-8",
        P1,
        "Moves between ticks are seen",
        "With gaps included the largest wick covers the largest move between successive told prices of the window.",
        ("V-10",),
        ALWAYS,
        features=("dynamic_offset",),
    ),
    Spec(
        "VEL-1",
        P1,
        "The trend is the defined one",
        "The trend lies in [−1, 1]: all ups give 1, all downs −1, nothing 0.",
        ("W-2",),
        FUNCTION,
    ),
    Spec(
        "VEL-2",
        P1,
        "Noise is no trend",
        "Moves that never add up to the threshold leave the trend and, at a fixed oracle, the ladder unchanged.",
        ("W-1", "S-4"),
        FUNCTION,
        finding="concern 5",
    ),
    Spec(
        "VEL-3",
        P2,
        "Magnitude weighs moves",
        "By magnitude, scaling all moves changes nothing, and one move larger than all others decides the sign.",
        ("W-2",),
        FUNCTION,
    ),
)
