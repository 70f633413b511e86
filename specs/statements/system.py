"""Statements on sessions, robustness and the whole system."""

from __future__ import annotations

from specs.spec import Spec
from specs.statements.kinds import ABSENCE, ALWAYS, EXISTENCE, P0, P1, P2

SPECS: tuple[Spec, ...] = (
    Spec(
        "SES-1",
        P0,
        "Quotes only in their hours",
        "No ladder or counter-order is sent outside the quoting window, while a shutdown runs, or when disabled.",
        ("S-1", "S-2", "L-9"),
        ABSENCE,
    ),
    Spec(
        "ROB-1",
        P1,
        "Any event is answered",
        "Any well-formed event with finite values is answered with legal actions, whatever its names and order;"
        " a refused one leaves later behaviour as a timer in its place would, one that comes late as if it came at the"
        " last one's time.",
        ("N-5", "N-6"),
        ALWAYS,
    ),
    Spec(
        "ROB-2",
        P0,
        "Fail closed",
        "Missing or unusable input never leads to an order that its valid twin would not allow, nor to fewer"
        " known orders.",
        ("N-6", "Q-0"),
        ALWAYS,
    ),
    Spec(
        "DET-1",
        P0,
        "Same input, same bytes",
        "The same config, start record and events give byte-identical actions and traces, across processes and hash"
        " seeds; for a port up to the names of its orders.",
        ("N-1", "N-4"),
        ALWAYS,
    ),
    Spec(
        "LOG-1",
        P2,
        "The log says what happened",
        "Valid wick statistics are logged each minute; `shutdown_done` once per finish of the shutdown and only when"
        " true.",
        ("L-9",),
        EXISTENCE,
    ),
)

ALIKE = Spec(
    "DIF-1",
    P2,
    "The port acts as the reference does",
    "In lock step with the reference a maker gives the same answers, up to the names of its orders and the order of"
    " independent actions. A rule that reads two ways can be read otherwise and be right: this is advice.",
    ("N-5",),
    ALWAYS,
)
"""Asked only of the engine that compares (`--engine differential`); no catalogue of rules has it."""
