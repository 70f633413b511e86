"""`mmgate specs ID` says what is proved, about what, under what, and by which prover."""

from __future__ import annotations

import json

from mmgate.reporting.catalogue import tell_spec


def test_a_spec_tells_its_lemmas_in_words(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tell_spec("CTR-2")
    told = capsys.readouterr().out
    assert "lemma      the_reversion_is_at_most_its_cap: Claim the 95 %, whatever the configuration." in told
    assert "about    counter.reversion\n    assumes  level >= 0\n    by       CrossHair, and z3" in told
    assert "by       z3 alone: it divides" in told


def test_a_part_is_called_a_part(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tell_spec("ORD-2")
    assert "an_ended_order_stays_ended (a part of the spec): Claim" in capsys.readouterr().out


def test_programs_read_the_lemmas_too(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tell_spec("RSK-1", as_json=True)
    (lemma,) = json.loads(capsys.readouterr().out)[0]["lemmas"]
    assert lemma["kernels"][0] == "risk.DrawdownGate.with_result"


def test_a_report_says_what_was_proved(capsys, tmp_path):
    outcome = {"engine": "symbolic", "word": "holds", "antecedents": 2, "strength": "2 lemmas (CrossHair 2, z3 2)"}
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"specs": [{"id": "OFF-3", "outcomes": [outcome]}]}))
    tell_spec("OFF-3", path)
    assert "proved: 2 lemmas (CrossHair 2, z3 2)" in capsys.readouterr().out
