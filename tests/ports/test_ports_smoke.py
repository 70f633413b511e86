"""A smoke test explains a port message by message, and says what broke."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from mmgate.ports.smoke import smoke

FAKES = Path(__file__).parent / "fakes"


def command(fake: str, *words: str) -> str:
    return shlex.join([sys.executable, "-S", "-E", str(FAKES / fake), *words])


def test_a_sound_port_is_explained_message_by_message():
    said: list[str] = []
    assert smoke(command("never_cancels.py"), 3.0, said.append)
    assert said == [
        'hello     it is "never-cancels" and restartable',
        "          features: none",
        "          calls: none; ignores: none",
        "start     a life with one market, xyz:GOLD, nothing open: no action; 0 log lines",
        "event     oracle 4966.1, mark 4966.4: 1 Place; 0 log lines",
        "bye       the process ended; none of its children is left",
    ]


def test_a_broken_port_is_shown_with_its_last_lines():
    said: list[str] = []
    assert not smoke(command("misbehaves.py", "no_json"), 3.0, said.append)
    assert said[4] == (
        "broken    not_json: reply to request 3 (Oracle): "
        "not JSON (Expecting value: line 1 column 1 (char 0)): 'hello there'"
    )
    assert said[-1] == "  ← hello there"
