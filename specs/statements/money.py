"""Statements on fills, inventory and risk gates."""

from __future__ import annotations

from specs.spec import Spec
from specs.statements.kinds import ALWAYS, P0, P1, P2

SPECS: tuple[Spec, ...] = (
    Spec(
        "FIL-1",
        P0,
        "A fill counts once",
        "However often, late or in whatever order a fill is told, it moves the maker's position exactly once.",
        ("L-4", "L-5"),
        ALWAYS,
    ),
    Spec(
        "FIL-2",
        P0,
        "Own fills are the maker's",
        "Every fill of an own order, of any role and in any life, is attributed to the maker, and no other fill is.",
        ("I-0", "L-8", "L-11"),
        ALWAYS,
        finding="concern 6a",
    ),
    Spec(
        "FIL-3",
        P0,
        "The parts add up",
        "When nothing is under way the maker's part and the taker's part are the venue's position.",
        ("I-0", "L-7", "S-5"),
        ALWAYS,
    ),
    Spec(
        "FIL-4",
        P0,
        "The other strategy's fills change no quote",
        "Adding, removing or changing taker fills changes no action of the maker but through the drawdown gate"
        " and the netting of the shutdown.",
        ("I-0", "I-7"),
        ALWAYS,
    ),
    Spec(
        "INV-1",
        P1,
        "The books conserve",
        "An independent ledger of the venue's fills equals the maker's books: position and conservation exactly,"
        " entry and realised within the protocol's tolerance; a position found at the start costs the mark.",
        ("I-1", "S-5"),
        ALWAYS,
        features=("books",),
    ),
    Spec(
        "INV-2",
        P0,
        "Limits act in the same reply",
        "From the warning ratio on nothing adds to the position and every own order that would is cancelled; from the"
        " emergency ratio on everything is cancelled and one reduce-only flatten after the other goes out, in"
        " the reply to the event that shows it.",
        ("I-2", "I-3", "I-4"),
        ALWAYS,
    ),
    Spec(
        "INV-3",
        P1,
        "Exposure stays within the limit",
        "By what the maker was told, position and all own orders not yet ended of a side stay within"
        " `max_position_usd` by the maker's own placements; a requote places no rung while one inside it, of the same"
        " side, legal and worth enough, is missing.",
        ("I-5",),
        ALWAYS,
    ),
    Spec(
        "ADV-1",
        P2,
        "Adverse fills widen the spread, and only they",
        "The multiplier that placed offsets show is the adverse one exactly when a side's ladder orders were"
        " filled in a row, and decays.",
        ("I-6", "S-4"),
        ALWAYS,
    ),
    Spec(
        "RSK-1",
        P1,
        "The drawdown gate sees the taker only",
        "Own fills alone never shut the gate; a taker loss over the limit stops ladder placements at once and"
        " cancels the ladder, while cancels and reduce-only orders go on.",
        ("I-7", "I-8"),
        ALWAYS,
    ),
)
