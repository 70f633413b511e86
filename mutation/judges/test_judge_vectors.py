"""The committed vectors: what the reference answered when they were filled. The last judge: it knows no rule."""

from __future__ import annotations

from pathlib import Path

from mmgate.vectors.checking import check_set


def test_recorded_answers_are_given_again() -> None:
    checked = check_set(Path(__file__).resolve().parents[2] / "vectors", None)
    assert len(checked.results) > 100
    assert [one.case.id for one in checked.results if one.said.value != "agrees"] == []
