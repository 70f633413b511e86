"""What is mutated, what judges it, and the bound: the numbers that a reader of the report asks for."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = (
    "quoting", "counter", "volatility", "velocity", "inventory",
    "orders", "reconcile", "shutdown", "session", "risk",
)  # fmt: skip
"""The modules of which every mutant is tried."""

LEAST_SCORE = 0.90
"""So large a share of all mutants of a module must be killed: time-outs and explained survivors are no kills."""

SAMPLE, SAMPLE_SEED = 150, 20260208
"""So many mutants of the other modules are tried, drawn with this seed from their sorted names."""

NOT_SAMPLED = frozenset(("__init__", "revision", "words"))
"""Other modules that have no function, or that nothing but texts is in."""

EXAMPLES = 40
"""So many examples of a property are drawn for a judge, where the suite draws more."""

TIERS = ("tests", "definitions", "worlds", "vectors")
"""The judges as they are asked: the model's own tests, definitions, monitored worlds, recorded answers."""
