"""A smoke test explains a port message by message; of what is wrong it names request, reply, field and rule."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mmgate.ports.advice import PAGE
from mmgate.ports.children import descendants
from mmgate.ports.smoke import smoke

FAKES = Path(__file__).parent / "fakes"
ROOT = Path(__file__).parents[2]
SILENT = ("mute", "unended", "closes_both", "spins", "deaf")
"""Faults that are told only when the time of a reply is over."""


def command(fake: str, *words: str) -> str:
    return shlex.join([sys.executable, "-S", "-E", str(FAKES / fake), *words])


def told(fault: str, *when: str) -> tuple[bool, list[str]]:
    """Smoke a bad port; it leaves nobody behind."""
    before = set(descendants(os.getpid()))
    said: list[str] = []
    sound = smoke(command("bad.py", fault, *when), 0.6 if fault in SILENT else 5.0, said.append)
    assert set(descendants(os.getpid())) <= before
    return sound, said


def test_a_sound_port_is_explained_message_by_message():
    said: list[str] = []
    assert smoke(command("never_cancels.py"), 3.0, said.append)
    assert said == [
        'hello     it is "never-cancels" and restartable',
        "          features: none",
        "          calls: none; ignores: none",
        "start     a life with one market, xyz:GOLD, nothing open: no action; 0 log lines",
        "event     a timer 5500 ms later: no action; 0 log lines",
        "event     oracle 4966.1, mark 4966.4: 1 Place; 0 log lines",
        "events    2 at once: not offered (unknown_kind); the gate tells them one by one",
        "start     a second life in the same process: no action; 0 log lines",
        "event     a timer 5500 ms later: no action; 0 log lines",
        "event     oracle 4966.1, mark 4966.4: 1 Place; 0 log lines",
        "bye       the process ended; none of its children is left",
    ]


def test_a_broken_port_is_shown_with_both_messages_and_what_is_asked_for():
    _, said = told("nan_px")
    at = next(at for at, line in enumerate(said) if line.startswith("broken"))
    broken, asked, answered, wanted, see, before, *lines = said[at:]
    assert broken == (
        "broken    wrong_type: reply to request 3 (event open_orders): "
        "actions[0].px: 'NaN' is not a decimal: digits and at most one point, no exponent"
    )
    assert asked.startswith('  asked     {"id":3,"kind":"event","now_ms":1770465600100,"event":{"type":"open_orders"')
    assert answered.startswith('  answered  {"id": 3, "actions": [{"type": "place"')
    assert wanted == '  wanted    a decimal is a string such as "4966.1": no number, no exponent, no NaN'
    assert see == '  see       docs/port-protocol.md, "Transport"'
    assert before == "before it (→ to the port, ← from it):"
    assert [line[:4] for line in lines] == ["  → ", "  ← ", "  → ", "  ← "]


BROKEN = {
    "hello": "mute dies features_text no_name unasked not_json",
    "start": "refuses half",
    "event": "not_json nan_literal deep long_integer not_utf8 empty_line exponent_px number_px underscore_px wide_px "
    "spaced_px endless_px true_level huge_level unknown_side no_cloid unknown_action nameless_cancel unknown_market "
    "negative_px hostile_cloid wrong_id text_id float_id no_actions log_entry log_code log_fields half_a_character "
    "attribution_text hostile_error stranger twins chatty twice echo unended huge closes_both forks_and_dies spins",
    "call": "result_garbage result_absent refuses",
    "life": "dies wrong_id nan_px",
    "bye": "spins forks escapes deaf dies wrong_id not_json twice chatty mute",
}
PAIRS = [(fault, when) for when, faults in BROKEN.items() for fault in faults.split()]


@pytest.mark.parametrize(("fault", "when"), PAIRS, ids=[f"{when}-{fault}" for fault, when in PAIRS])
def test_each_bad_port_is_told_by_one_line_and_the_section_to_read(fault: str, when: str):
    sound, said = told(fault, when)
    assert not sound
    broken = [line for line in said if line.startswith("broken")]
    assert len(broken) == 1
    assert re.match(r"broken    [a-z0-9_]+: (reply to )?request \d+ \(", broken[0])
    (see,) = [line for line in said if line.startswith("  see ")]
    section = see.split('"')[1]
    assert f"\n## {section}\n" in (ROOT / PAGE).read_text(encoding="utf-8")
    assert all(line.isprintable() and len(line) < 2_200 for line in said)


@pytest.mark.parametrize("fault", ["none", "slow", "partial", "noisy", "duplicate_keys", "hostile_log"])
def test_what_is_only_unusual_is_no_fault_of_the_protocol(fault: str):
    sound, said = told(fault, "start")
    assert sound, said


def test_a_port_without_any_feature_is_sound_and_that_is_said():
    sound, said = told("no_features", "hello")
    assert sound
    assert "          features: none" in said
    assert "          calls: none; ignores: none" in said


def test_what_is_declared_and_not_in_the_protocol_is_named_and_counts_for_nothing():
    sound, said = told("every_feature", "hello")
    assert sound
    assert '          not in the protocol, so they count for nothing: "warp", "warp_drive"' in said


def test_hostile_words_reach_no_console():
    for fault, when in (("hostile_name", "hello"), ("hostile_error", "event"), ("hostile_log", "event")):
        _, said = told(fault, when)
        assert all(line.isprintable() for line in said)
        assert max(map(len, said)) < 2_200


def test_the_end_of_a_ports_stderr_is_shown_where_it_broke():
    words = shlex.join([sys.executable, "-S", "-c", "import sys; sys.exit('thread main panicked')"])
    said: list[str] = []
    assert not smoke(words, 5.0, said.append)
    assert "  stderr    thread main panicked" in said
    assert "  answered  no whole line" in said


def test_typed_as_a_person_does_it_exits_with_1_and_leaves_nobody():
    words = [sys.executable, "-m", "mmgate", "port", "smoke", "--json"]
    done = subprocess.run([*words, command("bad.py", "escapes", "bye")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    answer = json.loads(done.stdout)
    assert not answer["sound"]
    assert any(
        re.fullmatch(r"broken    strays: request \d+ \(bye\): the port ended and left 1 process .* running", line)
        for line in answer["told"]
    )
