"""Reports show what they are told, and nothing that a port says does anything."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from mmgate.events import Concluded, RunBegan
from mmgate.report import Report, RunId, conclude
from mmgate.reporting.console import ConsoleReporter
from mmgate.reporting.json_report import JsonReporter
from mmgate.reporting.page import report_markdown, report_page
from mmgate.reporting.words import clean, run_line
from mmgate.request import EngineResult, Witness
from specs.spec import Outcome, Severity, Spec, Violation, Word

EVIL = "<script>alert(1)</script>\x1b[31m | `rm`\nnext\u202e"
RUN = RunId(("mmgate", "verify", "--port", "a b"), "0+abc", f"port {EVIL}", "suite 12", "quick", 1)


def report() -> Report:
    specs = (
        Spec("ORD-1", Severity.P0, "No orphan", "Every own order is known.", ("L-9",), "always", "critical issue 1"),
        Spec("CFG-1", Severity.P1, "Refused", "A typo is refused.", ("C-1",), "function property"),
    )
    violated = Outcome("ORD-1", "simulation", Word.VIOLATED, "1.0 h", 3, (), (Violation("ORD-1", 5, 6, EVIL),))
    held = Outcome("CFG-1", "simulation", Word.HOLDS, "1.0 h", 3)
    witness = Witness("ORD-1", Path("w.jsonl"), "mmgate replay w.jsonl", ("Sun 21:00:00.000 told timer", EVIL))
    return conclude(RUN, specs, [EngineResult("simulation", (violated, held), (witness,))], (), date(2026, 1, 1))


def told(capsys: pytest.CaptureFixture[str], reporter: ConsoleReporter | JsonReporter) -> str:
    reporter.tell(RunBegan(RUN, ("shifted by 0 ms",)))
    reporter.tell(Concluded(report(), Path("reports/x")))
    return capsys.readouterr().out


def test_the_first_line_is_a_command_to_paste_and_what_it_depends_on():
    line = run_line(RUN)
    assert line.startswith("mmgate verify --port 'a b'  # code 0+abc · config suite 12 · maker port ")
    assert "\n" not in line
    assert line.endswith("profile quick · seed 1")


def test_a_person_is_told_table_story_verdict_and_evidence(capsys: pytest.CaptureFixture[str]):
    text = told(capsys, ConsoleReporter())
    lines = text.splitlines()
    assert lines[0] == run_line(RUN)
    assert "✗ violated · 1.0 h" in text
    assert "✗ ORD-1 P0 No orphan · violated, found by simulation" in text
    assert "    Sun 21:00:00.000 told timer" in lines
    assert "  again: mmgate replay w.jsonl" in lines
    assert lines[-1] == "evidence: reports/x"
    assert "\x1b" not in text


def test_quietly_there_are_run_line_violations_and_verdict_only(capsys: pytest.CaptureFixture[str]):
    text = told(capsys, ConsoleReporter(quiet=True))
    assert "shifted" not in text
    assert "CFG-1" not in text
    assert "ORD-1" in text
    assert "FAIL" in text


def test_the_json_report_is_one_document(capsys: pytest.CaptureFixture[str]):
    data = json.loads(told(capsys, JsonReporter()))
    assert (data["verdict"], data["exit_code"], data["evidence"]) == ("FAIL", 1, "reports/x")
    assert [row["word"] for row in data["specs"]] == ["violated", "holds"]
    assert data["specs"][0]["outcomes"][0]["violations"][0]["now_ms"] == 5


def test_a_page_escapes_what_it_shows_and_needs_nothing_else():
    page = report_page(report())
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_markdown_keeps_its_tables_whole():
    text = report_markdown(report())
    rows = [line for line in text.splitlines() if line.startswith("| ORD-1")]
    assert rows == ["| ORD-1 | P0 | No orphan | ✗ violated | ✗ violated · 1.0 h |"]
    assert "\\<script\\>" in text
    assert "0+abc" not in text


def test_text_of_others_is_printable_bounded_and_on_one_line():
    assert clean("a\x1b[31mb\nc\u202ed\te") == "a�[31mb�c�d e"
    assert len(clean("x" * 10_000)) == 2001
