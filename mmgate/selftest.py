"""The self-test before every verdict: a canary must be caught, a clean control must pass, a vacuous spec be called so.

It goes through the machinery of the verdict itself: jobs and monitors of the simulation, cases of the property engine,
the merge of words, the verdict. It judges the reference and a defect of it, also where a port is to be judged.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from mmgate.crash import SelfTestFailed
from mmgate.engines import property as drawing
from mmgate.engines import simulation
from mmgate.report import Report, RunId, conclude
from mmgate.request import EngineResult, Entry, MakerRef, Profile, Request
from model.config import MakerConfig
from specs import catalogue
from specs.spec import Outcome, Verdict, Word

CANARY = "bps-in-hundredths"
"""A defect that no sound monitor can miss: every rung stands a hundred times too near."""
CAUGHT_BY = "OFF-1"
"""The spec that must catch the canary in both engines, and hold in both on the clean control."""
VACUOUS = "FIL-1"
"""A spec whose condition the control never meets: nothing is filled in it."""
PROPERTY = "property"
ENGINES = (PROPERTY, simulation.ENGINE)
BUDGET = Profile("self-test", 1, 5, 0, 0, 0, 0)
CONFIG = MakerConfig(
    enabled=True,
    num_levels=2,
    min_offset_bps=Decimal(12),
    level_spacing_bps=Decimal(6),
    size_per_level_usd=Decimal(40),
    max_position_usd=Decimal(400),
)
_NO_DAY = date(1970, 1, 1)


def self_test() -> str:
    """Test the harness and say what was seen. Raises SelfTestFailed."""
    caught = _concluded(MakerRef("defect", CANARY), (CAUGHT_BY,))
    if caught.verdict is not Verdict.FAIL:
        raise SelfTestFailed(f"the canary {CANARY} got {caught.verdict} instead of FAIL by {CAUGHT_BY}")
    for engine, word in _words(caught, CAUGHT_BY).items():
        if word is not Word.VIOLATED:
            raise SelfTestFailed(f"the {engine} engine says of the canary {CANARY}: {CAUGHT_BY} {word}")
    control = _concluded(MakerRef(), (CAUGHT_BY,))
    if control.verdict is not Verdict.PASS:
        seen = ", ".join(f"{engine} {word}" for engine, word in _words(control, CAUGHT_BY).items())
        raise SelfTestFailed(f"the clean control got {control.verdict} instead of PASS by {CAUGHT_BY} ({seen})")
    empty = _concluded(MakerRef(), (VACUOUS,))
    if [row.word for row in empty.rows] != [Word.VACUOUS] or empty.verdict is not Verdict.CONDITIONAL:
        words = ", ".join(row.word for row in empty.rows) or "nothing"
        raise SelfTestFailed(f"{VACUOUS}, whose condition the control never meets, is called {words}, not vacuous")
    return (
        f"self-test: canary {CANARY} caught by {CAUGHT_BY} ({', '.join(ENGINES)}), clean control passes,"
        f" {VACUOUS} called vacuous where nothing is filled"
    )


def _concluded(maker: MakerRef, spec_ids: tuple[str, ...]) -> Report:
    """Judge a maker by both engines and conclude, as a verification does."""
    request = _request(maker, spec_ids)
    runs = [simulation.run_job(job) for job in simulation.jobs_of(request)]
    results = (
        _result(PROPERTY, drawing.functions(request)),
        _result(simulation.ENGINE, simulation.merged(runs, spec_ids)),
    )
    specs = tuple(spec for spec in catalogue.SPECS if spec.id in spec_ids)
    run = RunId(("mmgate", "self-test"), "", maker.label(), "self-test", BUDGET.name, 1)
    return conclude(run, specs, results, (), _NO_DAY)


def _result(engine: str, outcomes: list[Outcome]) -> EngineResult:
    return EngineResult(engine, tuple(outcomes))


def _request(maker: MakerRef, spec_ids: tuple[str, ...]) -> Request:
    scenario = str(files("mmgate") / "data" / "canary.toml")
    suite = (Entry("self-test", CONFIG, scenario),)
    return Request(maker, suite, spec_ids, ENGINES, BUDGET, 1, Path(), workers=0)


def _words(report: Report, spec_id: str) -> dict[str, Word]:
    """Return each engine's word on a spec; an engine that says nothing is vacuous."""
    told = {outcome.engine: outcome.word for row in report.rows if row.spec.id == spec_id for outcome in row.outcomes}
    return {engine: told.get(engine, Word.VACUOUS) for engine in ENGINES}
