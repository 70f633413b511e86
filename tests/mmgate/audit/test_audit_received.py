"""Without the account's own records the venue's side is rebuilt from what the maker received, in its favour."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

UNTOLD = {"INV-1", "DMS-1"}
"""Judged by what such a log does not tell: the maker's books, what the venue granted."""


def words_of(data: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["word"] for row in data["specs"] if row["id"] not in UNTOLD}


def wrongly_violated(data: dict[str, Any], live: dict[str, str]) -> list[str]:
    return [spec for spec, word in words_of(data).items() if word == "violated" != live[spec]]


@pytest.mark.parametrize(
    ("scenario", "config"),
    [("disconnect", "fixed"), ("refusals", "fixed"), ("crash", "counter"), ("taker", "all-week")],
)
def test_what_the_maker_received_gives_the_live_words(tmp_path, watched, received, audit, scenario, config):
    seen = watched(scenario, config, 1)
    received(tmp_path / "r.jsonl", seen.records)
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert data["gap_lines"] == []
    assert "rebuilt from what the maker received" in data["notes"][0]
    changed = {spec: word for spec, word in words_of(data).items() if word != seen.words[spec]}
    assert set(changed.values()) <= {"vacuous"}
    assert {seen.words[spec] for spec in changed} <= {"holds"}


def test_a_defect_is_violated_by_what_the_maker_received(tmp_path, watched, received, audit):
    seen = watched("evening", "counter", 2, "counter-untracked")
    received(tmp_path / "r.jsonl", seen.records)
    code, data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")
    assert code == 1
    assert wrongly_violated(data, seen.words) == []
    assert words_of(data)["ORD-1"] == seen.words["ORD-1"] == "violated"


@pytest.mark.parametrize(
    ("defect", "seed", "complete"),
    [("", 1, True), ("", 2, False), ("counter-untracked", 1, False), ("counter-untracked", 2, True)],
)
def test_lines_that_are_missing_blame_nobody(tmp_path, watched, received, audit, defect, seed, complete):
    seen = watched("evening", "counter", 2, defect)
    lines = received(tmp_path / "r.jsonl", seen.records, '[lines]\nnumber = ""\ncomplete = true\n' if complete else "")
    draw = random.Random(seed)
    (tmp_path / "r.jsonl").write_text("".join(line for at, line in enumerate(lines) if at < 2 or draw.random() > 0.01))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert data["gaps"] > 0
    assert wrongly_violated(data, seen.words) == []


def test_without_the_venues_time_nothing_is_rebuilt_and_that_is_told(tmp_path, watched, received, audit):
    seen = watched("evening", "counter", 2)
    lines = received(tmp_path / "r.jsonl", seen.records)
    (tmp_path / "r.jsonl").write_text("".join(re.sub(r',"statusTimestamp":\d+', "", line) for line in lines))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert "what the venue held is not known: line " in data["notes"][0]
    assert "without statusTimestamp" in data["notes"][0]
    assert "violated" not in words_of(data).values()
    assert words_of(data)["ORD-1"] != "holds"


def test_fills_that_never_came_are_noticed_by_the_positions_that_answers_tell(tmp_path, watched, received, audit):
    seen = watched("lost-fills", "counter", 1)
    received(tmp_path / "r.jsonl", seen.records)
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert "the fills received add up to" in data["gap_lines"][0]["text"]
    assert "violated" not in words_of(data).values()


def test_a_line_that_comes_twice_blames_nobody_where_nothing_is_numbered(tmp_path, watched, received, audit):
    seen = watched("evening", "counter", 2)
    lines = received(tmp_path / "r.jsonl", seen.records, '[lines]\nnumber = ""\ncomplete = true\n')
    at = next(number for number, line in enumerate(lines) if '"post":{"type":"order"' in line)
    (tmp_path / "r.jsonl").write_text("".join([*lines[: at + 1], *lines[at:]]))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert data["gap_lines"][0] == {"line": at + 2, "text": f"the line is line {at + 1} once more"}
    assert "violated" not in words_of(data).values()


def test_a_dead_mans_switch_is_not_judged_where_its_grant_is_not_told(tmp_path, watched, received, audit):
    seen = watched("account", "all-week", 2)
    received(tmp_path / "r.jsonl", seen.records)
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert data["gap_lines"] == []
    assert next(row["word"] for row in data["specs"] if row["id"] == "DMS-1") == "inconclusive"
    assert wrongly_violated(data, seen.words) == []


def test_a_log_that_nobody_answers_for_the_end_of_is_inconclusive(tmp_path, watched, received, audit):
    received(tmp_path / "r.jsonl", watched("evening", "counter", 2).records)
    code, data = audit(tmp_path / "r.jsonl")
    assert code == 3
    assert "the run was cut before its end" in data["specs"][0]["reason"]


def shifted(lines: list[str], by_ms: Any) -> str:
    """Move the venue's clock, line by line."""

    def moved(at: int, line: str) -> str:
        return re.sub(r'"(statusTimestamp|time)":(\d{13})', lambda m: f'"{m[1]}":{int(m[2]) + by_ms(at)}', line)

    return "".join(moved(at, line) for at, line in enumerate(lines))


@pytest.mark.parametrize("by_ms", [-5000, 5000])
def test_a_clock_that_is_off_is_noticed_and_an_offset_put_right_gives_the_live_words(
    tmp_path, watched, received, audit, by_ms
):
    seen = watched("evening", "counter", 2)
    lines = received(tmp_path / "r.jsonl", seen.records)
    (tmp_path / "r.jsonl").write_text(shifted(lines, lambda _: by_ms))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    told = data["gap_lines"][0]["text"]
    assert "the clocks differ" in told
    assert "violated" not in words_of(data).values()
    least, most = (int(one) for one in re.findall(r"clock_offset_ms of (-?\d+) to (-?\d+) fits", told)[0])
    assert least <= -by_ms <= most
    with (tmp_path / "m.toml").open("a") as file:
        file.write(f"[account]\nclock_offset_ms = {(least + most) // 2}\n")
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert data["gap_lines"] == []
    assert "violated" not in words_of(data).values()
    assert words_of(data)["ORD-3"] == "holds"


def test_a_clock_that_drifts_is_noticed(tmp_path, watched, received, audit):
    lines = received(tmp_path / "r.jsonl", watched("evening", "counter", 2).records)
    (tmp_path / "r.jsonl").write_text(shifted(lines, lambda at: 3 * (at - len(lines) // 2)))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert any("drifts or jumps" in gap["text"] for gap in data["gap_lines"])
    assert "violated" not in words_of(data).values()
