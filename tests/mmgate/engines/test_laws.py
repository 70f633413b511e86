"""The laws hold for the reference, each bites, and wrong configs are refused by name."""

from __future__ import annotations

import shlex
import sys
from functools import partial
from pathlib import Path

import pytest

from mmgate.engines import drawing, lawful
from mmgate.engines.functions import Property
from mmgate.engines.laws import Law
from mmgate.engines.shapes import ALL_LAWS
from mmgate.ports.calls import FUNCTIONS
from mmgate.request import MakerRef
from model.config import KEYS
from specs.defects import BY_ID, applied
from specs.definitions.defaults import DEFAULTS, wrong_configs
from specs.spec import Outcome, Word

MAKER = Path(__file__).parents[3] / "examples" / "python_port" / "maker.py"
BITES = {
    "statistics-always-used": "CFG-2",
    "velocity-skew-inverted": "OFF-5",
    "prices-in-cents": "OFF-6",
    "power-in-binary32": "OFF-8",
    "skew-not-clamped": "OFF-10",
    "one-level-at-the-outside": "OFF-10",
    "sizes-fall-outward": "SIZ-1",
    "percentile-truncated": "VOL-1",
    "breakpoint-below-the-cliff": "VOL-2",
    "cache-outlives-its-samples": "VOL-3",
    "trend-is-a-share": "VEL-1",
    "magnitude-is-direction": "VEL-1",
    "small-moves-fade": "VEL-3",
}


def judged(law: Law, examples: int) -> Outcome:
    def ask(fn, args):
        return FUNCTIONS[fn](dict(args))

    one = Property(law.spec_id, law.title, law.cases, partial(law.check, ask))
    return drawing.check(one, examples, 3, shrinking=False)


@pytest.mark.parametrize("law", ALL_LAWS, ids=lambda law: f"{law.spec_id} {law.title}")
def test_the_reference_keeps_the_law(law: Law):
    outcome = judged(law, 12)
    assert (outcome.word, outcome.reason) == (Word.HOLDS, "")


@pytest.mark.parametrize(("defect", "spec_id"), BITES.items())
def test_the_law_bites(defect: str, spec_id: str):
    assert spec_id in BY_ID[defect].caught_by
    with applied(BY_ID[defect]):
        words = [judged(law, 40).word for law in ALL_LAWS if law.spec_id == spec_id]
    assert Word.VIOLATED in words


def test_a_floor_that_falls_for_corrupt_statistics_is_caught(monkeypatch: pytest.MonkeyPatch):
    import model.quoting as quoting

    monkeypatch.setattr(quoting, "dynamic_offset", lambda _n, optimal, factor, _least, _fee: optimal * factor)
    assert Word.VIOLATED in [judged(law, 20).word for law in ALL_LAWS if law.spec_id == "OFF-7"]


def test_the_table_of_defaults_names_every_key():
    assert tuple(DEFAULTS) == KEYS


def test_the_reference_refuses_every_wrong_config_by_name_and_fills_in_the_defaults():
    assert lawful.refusals(MakerRef()).word is Word.HOLDS
    assert lawful.empty(MakerRef()).word is Word.HOLDS


def test_a_config_check_that_takes_anything_is_caught(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(FUNCTIONS, "config", lambda _args: {"ok": True})
    outcome = lawful.refusals.__wrapped__(MakerRef())
    assert outcome.word is Word.VIOLATED
    assert "takes a config with min_offset_bp = '20'" in outcome.reason


def test_a_default_that_is_another_is_caught(monkeypatch: pytest.MonkeyPatch):
    known = FUNCTIONS["velocity_trend"]

    def wrong(args):
        return known({**args, "config": args["config"] or {"velocity_window": 2}})

    monkeypatch.setitem(FUNCTIONS, "velocity_trend", wrong)
    assert lawful.empty.__wrapped__(MakerRef()).word is Word.VIOLATED


def test_a_name_that_fits_two_markets_and_is_taken_is_caught():
    outcome = lawful.refusals.__wrapped__(MakerRef("defect", "first-of-two-markets"))
    assert outcome.word is Word.VIOLATED
    assert "start takes markets = ['GOLD'], told xyz:GOLD and abc:GOLD" in outcome.reason


def port_of(path: Path) -> MakerRef:
    return MakerRef("port", shlex.join([sys.executable, str(path)]))


def test_a_port_is_held_to_its_configs_at_its_starts_and_an_unknown_key_ignored_is_caught(tmp_path: Path):
    assert lawful.refusals(port_of(MAKER)).word is Word.HOLDS
    lax = tmp_path / "lax.py"
    source = MAKER.read_text(encoding="utf-8")
    refusing = 'wrong(key, "unknown_key", raw[key], "the keys of the table")'
    assert refusing in source
    lax.write_text(source.replace(refusing, "pass"), encoding="utf-8")
    outcome = lawful.refusals(port_of(lax))
    assert outcome.word is Word.VIOLATED
    assert len(wrong_configs()) == outcome.antecedents


@pytest.fixture(scope="module")
def uniform(tmp_path_factory: pytest.TempPathFactory) -> MakerRef:
    """A port that declares no convex sizes and refuses every config that asks for them."""
    path = tmp_path_factory.mktemp("port") / "uniform.py"
    source = MAKER.read_text(encoding="utf-8")
    declared, read = '"exponential", "convex",', '    convex = cfg.size_distribution == "convex" and n > 1\n'
    assert declared in source
    assert read in source
    refusing = (
        '    if cfg.size_distribution == "convex":\n        raise ValueError("no convex sizes")\n    convex = False\n'
    )
    path.write_text(source.replace(declared, '"exponential",').replace(read, refusing), encoding="utf-8")
    return port_of(path)


def law_of(title: str) -> Law:
    return next(law for law in ALL_LAWS if law.title == title)


@pytest.mark.parametrize("title", ["sizes by definition", "the ladder's shape"])
def test_a_port_without_convex_sizes_is_never_asked_for_them(uniform: MakerRef, title: str):
    outcome = lawful._law(law_of(title), uniform, 60, 1, drawing.check)
    assert (outcome.word, outcome.reason) == (Word.HOLDS, "")


def test_a_law_that_needs_what_a_port_does_not_declare_is_not_applicable(uniform: MakerRef):
    outcome = lawful._law(law_of("one level has no shape"), uniform, 12, 1, drawing.check)
    assert outcome.word is Word.NOT_APPLICABLE
    assert outcome.reason == "the maker does not declare convex"
