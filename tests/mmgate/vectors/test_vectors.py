"""Reference vectors: what is committed is what the reference does, and no difference passes for agreement."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from mmgate.inputs import InputRefused
from mmgate.reporting.vectors import tell_checked
from mmgate.request import MakerRef
from mmgate.vectors.agree import unlike
from mmgate.vectors.case import CALL_KINDS, KINDS, Case, Compare, case_of, read_case
from mmgate.vectors.check import Checked, Subject, check, here, read_set
from mmgate.vectors.checking import check_set
from mmgate.vectors.compare import changes
from mmgate.vectors.fill import INDEX, SMALL, STANDARD, cases, index_of, schema
from mmgate.vectors.lives import Result, Said
from model.journal import Reply
from model.revision import MODEL_REVISION

ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "vectors"
MMGATE = Path(sysconfig.get_path("scripts")) / "mmgate"


def mmgate(*words: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([MMGATE, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@cache
def small() -> dict[str, Case]:
    return {case.id: case for case in cases(SMALL)}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COMMITTED, tmp_path / "set"))


# -- what is committed


def test_the_committed_set_is_what_the_reference_does_now():
    # If this fails, the reference answers differently: if that is meant, raise MODEL_REVISION and fill the set again.
    told = {path.relative_to(COMMITTED).as_posix() for path in COMMITTED.rglob("*.json")} - {INDEX}
    wanted = {f"{name}.json" for name in small()} | {f"schemas/{kind}.json" for kind in KINDS}
    assert told == wanted
    changed = [name for name, case in small().items() if case.path(COMMITTED).read_text() != case.text()]
    assert changed == []
    assert [one.relative_to(COMMITTED) for one in small_schemas() if one.read_text() != schema(one.stem)] == []


def small_schemas() -> list[Path]:
    return sorted((COMMITTED / "schemas").glob("*.json"))


def test_the_committed_set_stays_small():
    assert len(small()) <= 500
    assert sum(path.stat().st_size for path in COMMITTED.rglob("*.json")) < 5 << 19


def test_filling_again_gives_the_committed_bytes_in_a_process_with_another_hash_seed(tmp_path: Path):
    # The index tells the branches too: a change of the model alone may ask for `mmgate vectors fill --out vectors`.
    filled = mmgate("vectors", "fill", "--out", tmp_path / "again")
    assert filled.returncode == 0
    assert filled.stdout.startswith(f"{len(small())} cases in ")
    assert "rows of the order table: 24 of 24\n" in filled.stdout
    assert (tmp_path / "again" / INDEX).read_bytes() == (COMMITTED / INDEX).read_bytes()
    compared = mmgate("vectors", "compare", COMMITTED, tmp_path / "again")
    assert (compared.returncode, compared.stdout) == (0, "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_has_the_shape_its_schema_says(kind: str):
    validator = jsonschema.Draft202012Validator(json.loads(schema(kind)))
    listed = [case for case in small().values() if case.kind == kind]
    assert listed
    assert [error.message for case in listed for error in validator.iter_errors(json.loads(case.text()))] == []


def test_the_standard_set_holds_the_small_one_every_race_and_every_scenario():
    standard = {case.id: case for case in cases(STANDARD)}
    assert small().items() <= standard.items()
    origins = Counter(case.origin for case in standard.values())
    assert set(origins) == {
        "boundary", "counterexample", "drawn", "explorer", "generated", "race", "scenario", "story",
    }  # fmt: skip
    assert origins["race"] == 121
    assert origins["explorer"] > 100


def test_the_reference_agrees_with_every_case():
    results = list(check(list(small().values()), here(MakerRef())))
    assert len(results) == len(small())
    assert {one.said for one in results if isinstance(one, Result)} == {Said.AGREES}


# -- what differs is seen


def told(kind: str, spoil: object) -> Subject:
    """A subject whose answers to one kind of call are spoiled."""
    honest = here(MakerRef())

    def call(fn: str, args: dict[str, object]) -> object:
        answer = honest.call(fn, args)
        return spoil(answer) if fn == kind and callable(spoil) else answer

    return replace(honest, call=call)


def nudged(data: object) -> object:
    """Change the last decimal or number found in plain data by a hair too much."""
    if isinstance(data, dict):
        return {key: nudged(value) for key, value in data.items()}
    if isinstance(data, list):
        return [nudged(value) for value in data]
    if isinstance(data, bool):
        return not data
    if isinstance(data, str) and data.replace(".", "", 1).replace("-", "", 1).isdigit():
        return str(Decimal(data) * (1 + Decimal("2e-13")) + Decimal("2e-13"))
    return data * (1 + 1e-12) + 1e-12 if isinstance(data, float) else data


@pytest.mark.parametrize("kind", CALL_KINDS)
def test_a_spoiled_answer_differs_in_every_kind_of_call(kind: str):
    listed = [case for case in small().values() if case.kind == kind and case.expected]
    results = [one for one in check(listed, told(kind, nudged)) if isinstance(one, Result)]
    plain = [one for one in results if any(unlike(one.case.expected, nudged(one.case.expected), Compare.POWER))]
    assert plain
    assert {one.said for one in plain} == {Said.DIFFERS}


def test_an_answer_where_a_refusal_is_expected_differs_and_the_other_way_round():
    listed = [case for case in small().values() if case.kind == "config"]
    results = [one for one in check(listed, told("config", lambda _: {"ok": True})) if isinstance(one, Result)]
    assert {one.said for one in results if one.case.refused} == {Said.DIFFERS}
    refusing = told("config", lambda _: {"errors": [{"key": "x", "code": "unknown_key"}]})
    assert {one.said for one in check(listed, refusing) if isinstance(one, Result)} == {Said.DIFFERS}


def test_the_first_wrong_step_is_named_before_the_result_that_it_spoiled():
    case = small()["compute_quotes/skews/ratio-1"]
    spoiled = json.loads(json.dumps(case.expected))
    spoiled["asks"][0]["px"] = "1"
    spoiled["asks"][0]["intermediates"]["skewed_offset_bps"] = "2"
    first = next(unlike(case.expected, spoiled, case.compare))
    assert first.path == "asks[0].intermediates.skewed_offset_bps"
    del spoiled["asks"][0]["intermediates"]
    assert next(unlike(case.expected, spoiled, case.compare)).path == "asks[0].px"


@pytest.mark.parametrize(
    ("mode", "a", "b", "equal"),
    [
        (Compare.EXACT, "1.50", "1.5", True),
        (Compare.EXACT, "1.5", "1.5000000000000000001", False),
        (Compare.DECIMALS, "1.5", "1.5000000000000000001", True),
        (Compare.DECIMALS, "1.5", "1.50000000000001", False),
        (Compare.POWER, "1.5", "1.5000000000001", True),
        (Compare.POWER, "1.5", "1.500000000001", False),
        (Compare.EXACT, "NaN", "NaN", True),
        (Compare.DECIMALS, "1.5", "NaN", False),
        (Compare.DECIMALS, "1.5", 1.5, False),
        (Compare.BINARY64, 0.1, 0.10000000000000002, True),
        (Compare.BINARY64, 0.1, 0.1000000000000001, False),
        (Compare.BINARY64, 0.0, -0.0, True),
        (Compare.BINARY64, "NaN", 0.0, False),
        (Compare.EXACT, True, 1, False),
        (Compare.EXACT, None, 0, False),
        (Compare.EXACT, [1], [1, 2], False),
        (Compare.EXACT, {"a": 1}, {"b": 1}, False),
        (Compare.EXACT, {"a": 1}, {"a": 1, "b": 2}, True),
    ],
)
def test_values_agree_by_the_mode_of_the_case(mode: Compare, a: object, b: object, equal: bool):
    assert any(unlike(a, b, mode)) is not equal


class Mute:
    """A maker that answers nothing to anything."""

    name = "mute"
    features = frozenset({"counter_order", "schedule_cancel"})

    def start(self, _start: object) -> Reply:
        return Reply()

    def handle(self, _event: object) -> Reply:
        return Reply()

    def books(self) -> None:
        return None


def traces() -> list[Case]:
    return [case for case in small().values() if case.kind == "trace"]


def test_a_maker_that_does_nothing_agrees_with_no_life():
    mute = Subject("mute", Mute.features, frozenset(), lambda _fn, _args: None, Mute)
    results = [one for one in check(traces(), mute) if isinstance(one, Result)]
    assert results
    assert Said.AGREES not in {one.said for one in results}


def test_what_can_not_be_compared_is_no_agreement_and_too_much_of_it_concludes_nothing():
    case = traces()[0]
    checked = Checked("x", [Result(case, Said.NOT_COMPARED), Result(case, Said.AGREES)])
    assert "could not be compared" in checked.inconclusive
    assert Checked("x").inconclusive == "nothing was compared"
    assert Checked("x", [Result(case, Said.AGREES)] * 4).inconclusive == ""


def test_a_case_whose_phase_a_maker_does_not_declare_is_not_asked():
    bare = Subject("bare", frozenset(), frozenset(), lambda _fn, _args: None, Mute)
    assert all(isinstance(one, Case) for one in check([c for c in small().values() if c.kind != "trace"], bare))
    asked = [one for one in check(traces(), bare) if isinstance(one, Result)]
    assert 0 < len(asked) < len(traces())


# -- files


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def refusals() -> Iterator[tuple[str, str, str, str]]:
    yield "session/friday-open/at-always.json", '"t_ms":', '"t_mz":', "is not what the index says"
    yield "session/friday-open/at-always.json", "{", "", "is not JSON"
    yield "session/friday-open/at-always.json", '"kind":"session"', '"kind":"sesion"', "kind ="
    yield "session/friday-open/at-always.json", '"expected":', '"expectet":', "either expected or refused"
    yield INDEX, '"format":2', '"format":3', "has format 3"
    yield INDEX, '"root":"', '"root":"0', "the index was changed"
    yield INDEX, '"cases":{', '"cases":{"../../etc/passwd":"00",', "the index was changed"


@pytest.mark.parametrize(("name", "old", "new", "words"), list(refusals()))
def test_a_set_that_was_changed_is_refused_in_one_line(copy: Path, name: str, old: str, new: str, words: str):
    spoil(copy / name, old, new)
    with pytest.raises(InputRefused) as refusal:
        read_set(copy)
    (line,) = refusal.value.lines
    assert words in line


def test_agreement_with_a_set_of_another_revision_of_the_model_concludes_nothing(copy: Path, tmp_path: Path):
    spoil(copy / INDEX, f'"model_revision":{MODEL_REVISION}', '"model_revision":1')
    checked = check_set(copy, None, tmp_path / "run", ["session/friday-open/at-always"])
    assert checked.counted(Said.AGREES) == 1
    assert checked.inconclusive == f"the set is of the model's revision 1, this is {MODEL_REVISION}; fill it again"
    assert tell_checked(checked, as_json=False) == 3


def test_an_id_can_not_lead_out_of_the_folder(tmp_path: Path):
    with pytest.raises(InputRefused, match="is no id"):
        read_case(tmp_path, "session/../../../etc/passwd")
    with pytest.raises(InputRefused, match="must have either"):
        case_of({"kind": "session"}, "x/y")


def test_compare_tells_what_came_went_and_changed(copy: Path):
    index = json.loads((copy / INDEX).read_text())
    (copy / INDEX).unlink()
    case = read_case(copy, "session/friday-open/at-always")
    changed = replace(case, expected={"quoting": False, "shutdown_window": True})
    changed.path(copy).write_text(changed.text())
    kept = [one for one in small().values() if one.id not in (case.id, "session/epoch/at-always")]
    new = replace(case, id="session/new/one")
    new.path(copy).parent.mkdir(parents=True)
    new.path(copy).write_text(new.text())
    index = index_of([*kept, changed, new], SMALL)
    (copy / INDEX).write_text(json.dumps(index))
    lines = list(changes(COMMITTED, copy))
    assert "- session/epoch/at-always: is gone" in lines
    assert "+ session/new/one: is new" in lines
    assert "~ session/friday-open/at-always: expected.quoting: True → False" in lines


def test_compare_does_not_take_the_word_of_an_index_for_its_cases(copy: Path):
    spoil(copy / "session/friday-open/at-always.json", '"quoting":true', '"quoting":false')
    with pytest.raises(InputRefused, match="is not what the index says"):
        list(changes(COMMITTED, copy))


def test_a_strangers_folder_with_an_index_is_not_replaced_and_a_set_is(tmp_path: Path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / INDEX).write_text('{"name": "site"}')
    (tmp_path / "site" / "work.txt").write_text("precious")
    refused = mmgate("vectors", "fill", "--out", tmp_path / "site")
    assert refused.returncode == 2
    assert "holds other things than a run" in refused.stderr
    assert (tmp_path / "site" / "work.txt").read_text() == "precious"
    assert [mmgate("vectors", "fill", "--out", tmp_path / "set").returncode for _ in range(2)] == [0, 0]


# -- as a person would


def test_the_reference_as_a_port_agrees_and_a_defect_differs():
    serve = f"{sys.executable} -m mmgate port serve"
    agreed = mmgate("vectors", "check", COMMITTED, "--port", serve)
    assert agreed.returncode == 0, agreed.stdout + agreed.stderr
    assert "0 differs, 0 not compared" in agreed.stdout
    differs = mmgate("vectors", "check", COMMITTED, "--port", f"{serve} --defect rounding-aggressive")
    assert differs.returncode == 1
    assert "✗ round_order/carry/buy: px: expected 99999, found 100000" in differs.stdout


def test_explain_says_what_is_asked_and_how_the_answer_is_compared():
    told = mmgate("vectors", "explain", COMMITTED / "counter_order" / "buy" / "level-1.json")
    assert told.returncode == 0
    assert told.stdout in (ROOT / "docs" / "vectors.md").read_text()
    trace = mmgate("vectors", "explain", COMMITTED / "trace" / "story" / "limits" / "emergency.json")
    assert '"role":"flatten"' in trace.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("fill", "--size", "huge"),
        ("check", "nowhere"),
        ("compare", "nowhere", "vectors"),
        ("explain", "nowhere.json"),
        ("check", "vectors", "--port", "no-such-program"),
    ],
)
def test_what_can_not_be_used_is_refused_in_one_line(words: tuple[str, ...]):
    told = mmgate("vectors", *words)
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.startswith("mmgate: ")
    assert told.stderr.count("\n") == 1
