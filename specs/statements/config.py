"""Statements on the configuration."""

from __future__ import annotations

from specs.spec import Spec
from specs.statements.kinds import ALWAYS, FUNCTION, P0, P1, P2

SPECS: tuple[Spec, ...] = (
    Spec(
        "CFG-1",
        P1,
        "A wrong config is refused by name",
        "A misspelt enum value, an unknown key, a wrong type, a value out of range or a contradiction is refused with"
        " the name of its key, all of them at once; nothing silently means something else.",
        ("C-1",),
        FUNCTION,
        finding="concern 2",
    ),
    Spec(
        "CFG-2",
        P1,
        "A phase that is off changes nothing",
        "With a phase switched off the maker acts exactly as if the phase did not exist; with dynamic offset off the"
        " innermost offset does not depend on the wick statistics.",
        ("C-1", "Q-2", "Q-3"),
        FUNCTION,
    ),
    Spec(
        "CFG-3",
        P2,
        "What this config can do at worst",
        "No ladder leaves the envelope of its config, and the extremes reach it: tightest and widest offset, the worth"
        " of a side. The report tells it, with the most open orders and the worst position, and flags an offset under"
        " the fee, sizes under the venue's minimum within ± 20 % of the price, a ladder over the position limit.",
        ("Q-2", "Q-8", "I-5"),
        FUNCTION,
    ),
    Spec(
        "CFG-4",
        P1,
        "Defaults are the table's, and stand for a life",
        "An empty config equals the table of section 2; within a life the config never changes.",
        ("C-1",),
        ALWAYS,
    ),
    Spec(
        "CFG-5",
        P1,
        "Exactly the configured markets are quoted",
        "Every configured market is quoted and no other, whether its name is written with the dex or without it; once"
        " quoted it is not left without a ladder while there is room for one and nothing holds it back.",
        ("C-1", "L-3"),
        ALWAYS,
    ),
    Spec(
        "OBS-1",
        P0,
        "Observation places nothing",
        "With `enabled = false` no order is ever placed but a reduce-only one that closes a position.",
        ("I-8", "L-9"),
        ALWAYS,
    ),
)
