"""A counterexample file is self-contained: it comes back as it was, replays, and says in one line what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from mmgate.corpus import FIXED, NOT_REPRODUCED, STILL_FAILS, Case, load, replay, save
from mmgate.engines.composer import Composer
from mmgate.engines.shrink import Budget, shrink
from mmgate.identity import code_revision
from mmgate.inputs import InputRefused
from mmgate.profiles import suite_file
from mmgate.request import MakerRef
from model.actions import Side

DEFECT = MakerRef("defect", "level-always-0")


@pytest.fixture(scope="module")
def case() -> Case:
    desk = Composer(suite_file("counter").config)
    desk.calm(30, [1, 2])
    for side in (Side.BUY, Side.SELL, Side.BUY):
        desk.trade(desk.name_of(0), side, 60, 1500, 400)
        desk.calm(5, [3])
    found = shrink(desk.world("long", 5), DEFECT, "CTR-1", "simulation", Budget(30))
    assert found is not None
    return found


@pytest.fixture
def path(case: Case, tmp_path: Path) -> Path:
    save(tmp_path / "deep" / "witness.jsonl", case)
    return tmp_path / "deep" / "witness.jsonl"


def test_a_counterexample_comes_back_from_disk_as_it_was(case: Case, path: Path):
    assert load(path) == replace(case, code=code_revision())
    assert [child.name for child in path.parent.iterdir()] == ["witness.jsonl"]


def test_saving_twice_gives_the_same_bytes(case: Case, path: Path, tmp_path: Path):
    save(tmp_path / "again.jsonl", case)
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


def test_a_replay_fails_again_and_tells_the_same_story(case: Case, path: Path):
    again = replay(path)
    assert (again.word, again.steps) == (STILL_FAILS, case.steps())
    assert again.text.startswith("CTR-1 is violated by defect level-always-0: ")
    assert again.text.endswith("(the run is the same to the byte)")


def test_another_maker_without_the_fault_has_it_fixed(path: Path):
    again = replay(path, MakerRef())
    assert again.word == FIXED
    assert again.text.startswith("CTR-1 is not violated by reference; its condition was met ")


def test_the_same_maker_and_code_that_keep_the_spec_do_not_reproduce(case: Case, tmp_path: Path):
    save(tmp_path / "odd.jsonl", replace(case, maker=MakerRef()))
    assert replay(tmp_path / "odd.jsonl").word == NOT_REPRODUCED


def test_older_code_that_failed_is_fixed_by_today_s(case: Case, tmp_path: Path):
    save(tmp_path / "old.jsonl", replace(case, maker=MakerRef(), code="0.0.1+abc"))
    assert replay(tmp_path / "old.jsonl").word == FIXED


def test_a_spec_without_a_monitor_does_not_reproduce(case: Case, tmp_path: Path):
    save(tmp_path / "gone.jsonl", replace(case, spec_id="OLD-9", violation=replace(case.violation, spec_id="OLD-9")))
    assert replay(tmp_path / "gone.jsonl").text == "OLD-9 is judged by no monitor of this version"


def with_head(**changes: object) -> Callable[[bytes], bytes]:
    def change(raw: bytes) -> bytes:
        first, rest = raw.split(b"\n", 1)
        return json.dumps(json.loads(first) | changes).encode() + b"\n" + rest

    return change


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda raw: b"", "line 1 is not JSON"),
        (lambda raw: b"\x00\xff", "line 1 is not JSON"),
        (lambda raw: b"[1]\n", "line 1 is not an object"),
        (lambda raw: b'{"a":1}\n' + raw, "line 1 is not the head of a witness"),
        (with_head(version=2), "is of format version 2; this mmgate reads version 1"),
        (lambda raw: raw[: len(raw) // 2], "is cut off in line"),
        (lambda raw: raw[: raw.rindex(b"\n", 0, -1) + 1], "is cut off after line"),
        (lambda raw: raw.split(b"\n", 1)[0] + b"\n", "is cut off in line 2"),
        (lambda raw: raw.replace(b'"seed":5', b'"seed":6', 1), "was changed after it was saved"),
        (with_head(spec="X"), "was changed after it was saved"),
    ],
)
def test_a_spoiled_file_is_refused_with_one_line(path: Path, spoil: Callable[[bytes], bytes], complaint: str):
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputRefused, match=complaint) as refusal:
        load(path)
    assert len(refusal.value.lines) == 1


def test_a_folder_or_a_missing_file_is_refused_with_one_line(tmp_path: Path):
    with pytest.raises(InputRefused, match="is a folder"):
        load(tmp_path)
    with pytest.raises(InputRefused, match="no such file"):
        load(tmp_path / "nothing")


def resealed(raw: bytes) -> bytes:
    """Give changed lines a right end again, as a forger would."""
    lines = raw.rstrip(b"\n").split(b"\n")
    body = b"".join(line + b"\n" for line in lines[:-1])
    end = {"end": len(lines) - 3, "sha256": sha256(body).hexdigest()}
    return body + json.dumps(end).encode() + b"\n"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (b'"num_levels":2', b'"num_levels":"2"', r"line 2: num_levels: '2' is not an integer"),
        (b'"kind":"defect"', b'"kind":"shell"', "line 1: maker: "),
        (b'"type":"run_started"', b'"type":"run_sarted"', "line 3: type: 'run_sarted' is none of"),
        (b'"type":"set_prices"', b'"type":"set_fire"', "line 2: type: 'set_fire' is none of"),
    ],
)
def test_wrong_content_is_refused_with_its_line_and_place(path: Path, old: bytes, new: bytes, complaint: str):
    path.write_bytes(resealed(path.read_bytes().replace(old, new, 1)))
    with pytest.raises(InputRefused, match=complaint):
        load(path)
