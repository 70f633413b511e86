"""Statements on offsets, sizes and legal prices."""

from __future__ import annotations

from specs.spec import Spec
from specs.statements.kinds import ALWAYS, FUNCTION, P0, P1, P2

SPECS: tuple[Spec, ...] = (
    Spec(
        "OFF-1",
        P0,
        "The innermost rung keeps its floors",
        "Without inventory, trend and spread multiplier the innermost offset is at least `min_offset_bps`; with"
        " dynamic offset and valid statistics also at least `fee_buffer_bps` and the optimal wick times its"
        " multiplier.",
        ("Q-2", "Q-3"),
        FUNCTION,
    ),
    Spec(
        "OFF-2",
        P0,
        "Quotes stand on their own side of the oracle",
        "Every ladder price sent is positive and at least 1 bp from the oracle price it was computed on, venue"
        " rounding included: bids strictly below it, asks strictly above.",
        ("Q-6", "Q-7", "Q-9"),
        ALWAYS,
    ),
    Spec(
        "OFF-3",
        P1,
        "No skew eats the fee",
        "With `skew_respects_fee_floor` every ladder price sent is at least `fee_buffer_bps` from its oracle price.",
        ("Q-4", "Q-5", "Q-6"),
        ALWAYS,
    ),
    Spec(
        "OFF-4",
        P1,
        "Levels go outward",
        "Offsets do not fall with the level, rise where spacing or range says so, and on an unskewed exponential"
        " ladder gaps do not shrink and the outermost rung covers the largest wick; after rounding prices go"
        " strictly outward.",
        ("Q-3", "Q-10"),
        FUNCTION,
    ),
    Spec(
        "OFF-5",
        P1,
        "Skews push the right side away",
        "A long position or an upward trend moves bids out and asks in; with both negated the sides swap offsets.",
        ("Q-4", "Q-5"),
        FUNCTION,
    ),
    Spec(
        "OFF-6",
        P2,
        "The ladder scales with the oracle",
        "Twice the oracle price, twice every price.",
        ("Q-7",),
        FUNCTION,
    ),
    Spec(
        "OFF-7",
        P1,
        "Corrupt statistics are told and harmless",
        "Statistics that are NaN or infinite leave every floor standing and raise `data_corruption`.",
        ("N-2", "Q-6"),
        FUNCTION,
        finding="concern 4",
    ),
    Spec(
        "OFF-8",
        P2,
        "The power's error is bounded",
        "The error of the level's power on any offset stays under the documented bound.",
        ("N-3", "Q-3"),
        FUNCTION,
        finding="concern 3",
    ),
    Spec(
        "OFF-9",
        P0,
        "No quote on unusable prices",
        "While a told price is unusable or too old no ladder order is sent, and live ones are cancelled in the"
        " reply to the event that shows it; while the oracle price is too old no counter-order is sent either, and"
        " without a usable mark no close.",
        ("Q-0", "Q-11", "L-8a"),
        ALWAYS,
    ),
    Spec(
        "OFF-10",
        P1,
        "Inputs out of range act clamped",
        "Ratio, trend and multiplier outside their ranges act as the nearest allowed value; with one level"
        " exponential is linear and convex is uniform.",
        ("Q-1", "Q-3", "Q-8"),
        FUNCTION,
    ),
    Spec(
        "SIZ-1",
        P1,
        "Sizes follow their distribution",
        "Convex sizes rise within their multipliers, uniform ones are equal, and nothing sent exceeds what the"
        " distribution gives its level.",
        ("Q-8", "Q-10"),
        ALWAYS,
    ),
    Spec(
        "TCK-1",
        P0,
        "Every order is legal, and no more aggressive for it",
        "Tick, lot and least value are kept by every order sent, and rounding never moves a price nearer to the other"
        " side.",
        ("Q-9",),
        ALWAYS,
    ),
)
