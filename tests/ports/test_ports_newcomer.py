"""What a newcomer gets wrong in a first port, smoke explains in words that lead to the repair."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mmgate.ports.smoke import smoke

ROOT = Path(__file__).parents[2]
PORT = Path(__file__).parent / "fakes" / "newcomer.py"


def told(folder: Path, wrong: tuple[str, str] = ("", ""), more: str = "", timeout_s: float = 5.0) -> tuple[bool, str]:
    """Smoke the first port with one text in it replaced by another, and more words on its command line."""
    text = PORT.read_text(encoding="utf-8")
    assert wrong[0] in text
    port = folder / "port.py"
    port.write_text(text.replace(*wrong), encoding="utf-8")
    said: list[str] = []
    sound = smoke(shlex.join([sys.executable, "-S", "-E", str(port)]) + more, timeout_s, said.append)
    return sound, "\n".join(said)


def test_a_sound_first_port_is_asked_twice_and_for_a_list_of_events(tmp_path: Path):
    sound, said = told(tmp_path)
    assert sound
    assert said.splitlines() == [
        'hello     it is "newcomer 1" and restartable',
        "          features: none",
        "          calls: none; ignores: none",
        "start     a life with one market, xyz:GOLD, nothing open: 1 QueryOpenOrders; 0 log lines",
        "event     open_orders, as it asked: none, no position: no action; 0 log lines",
        "event     a timer 5500 ms later: no action; 0 log lines",
        "event     oracle 4966.1, mark 4966.4: 1 Place; 0 log lines",
        "events    2 at once: not offered (unknown_kind); the gate tells them one by one",
        "start     a second life in the same process: 1 QueryOpenOrders; 0 log lines",
        "event     open_orders, as it asked: none, no position: no action; 0 log lines",
        "event     a timer 5500 ms later: no action; 0 log lines",
        "event     oracle 4966.1, mark 4966.4: 1 Place; 0 log lines",
        "bye       the process ended; none of its children is left",
    ]


WRONG = {
    "names of a former life": (
        ("life['born_ms']:012x", "7:012x"),
        ("names a second order", "in no later life either"),
    ),
    "upper case": (("0x6d6d6701", "0xABCDEF01"), ("is not 0x and 32 hex digits in small letters",)),
    "no id": (('"id": request["id"], **', "**"), ("id: is missing, in the request 1",)),
    "a byte order mark": (
        ("for line in", "sys.stdout.write('\\ufeff')\nfor line in"),
        ("not_json: ", "one JSON object per line"),
    ),
    "a list for a reply": (
        ('{"id": request["id"], **answer(request)}', '[request["id"]]'),
        ("not_json: ", "is not an object"),
    ),
    "a call declared and not there": (
        ('"calls": []', '"calls": ["session"]'),
        ("'unknown_kind', although the call session is declared", "what `calls` lists is answered with `result`"),
    ),
    "a list of events answered with nothing": (
        ('{"error": {"code": "unknown_kind"}}', "{}"),
        ("replies: a list of 2 is expected", "as many `replies`"),
    ),
}


@pytest.mark.parametrize(("wrong", "words"), WRONG.values(), ids=list(WRONG))
def test_a_beginners_mistake_is_named_with_what_to_do_instead(wrong: tuple[str, str], words: tuple[str, ...], tmp_path):
    sound, said = told(tmp_path, wrong)
    assert not sound
    for one in words:
        assert one in said


def test_a_port_that_waits_for_the_end_of_its_input_is_told_to_read_line_by_line(tmp_path: Path):
    sound, said = told(tmp_path, ("in sys.stdin:", "in sys.stdin.read().splitlines():"), timeout_s=0.2)
    assert not sound
    assert "read line by line: the end of stdin comes only after `bye`" in said


def test_the_error_that_ended_a_port_is_shown_where_its_traceback_is_long(tmp_path: Path):
    trace = (
        "print('TypeError: no such field', *['    at inner'] * 30, 'Node.js', sep='\\n', file=sys.stderr); sys.exit(1)"
    )
    sound, said = told(tmp_path, ("life: dict[str, Any] = {}", trace))
    assert not sound
    shown = [line for line in said.splitlines() if line.startswith("  stderr")]
    assert shown[0] == "  stderr    TypeError: no such field"
    assert "  stderr    … 22 lines" in shown
    assert shown[-1] == "  stderr    Node.js"


def test_fields_that_the_protocol_does_not_know_are_named_once(tmp_path: Path):
    sound, said = told(tmp_path, ('"reduce_only": False', '"reduceOnly": False, "px_usd": 1'))
    assert sound
    assert said.count("not in the protocol, so they count for nothing: actions[].px_usd, actions[].reduceOnly") == 1


def test_words_that_only_a_shell_understands_are_pointed_out(tmp_path: Path):
    sound, said = told(tmp_path, more=" 2>log | tee x")
    assert sound
    assert 'no shell reads the command line: "2>log", "|" go to the program as they are' in said


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("MM_ENV=1 python3 port.py", "write env MM_ENV=1 …"),
        ("./port.py", "is there and may not be run: chmod +x, or name its interpreter"),
        ("./nothing.py", 'no program "./nothing.py" is there'),
    ],
)
def test_a_command_that_starts_nothing_says_what_to_write_instead(command: str, words: str, tmp_path: Path):
    (tmp_path / "port.py").write_text("print()", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mmgate", "port", "smoke", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["mmgate port serve", "python_port/maker.py", "simple_port/maker.py"])
def test_the_makers_of_this_house_pass_and_quote_in_both_lives(command: str):
    served = [sys.executable, "-m", *command.split()]
    example = [sys.executable, "-S", "-E", str(ROOT / "examples" / command)]
    said: list[str] = []
    assert smoke(shlex.join(served if command.startswith("mmgate") else example), 30.0, said.append), said
    assert sum(line.startswith("event     oracle 4966.1, mark 4966.4: 2 Place;") for line in said) == 2


def test_whose_fill_it_was_is_asked_with_an_order_that_the_port_placed():
    said: list[str] = []
    assert smoke(
        shlex.join([sys.executable, "-S", "-E", str(ROOT / "examples/python_port/maker.py")]), 30.0, said.append
    )
    assert "event     its order is filled: mm_fill true; no action; 0 log lines" in said
    assert "event     another strategy's order is filled: mm_fill false; no action; 0 log lines" in said
