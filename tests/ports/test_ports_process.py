"""Whatever a port does wrong is one clear finding: no hang, no crash of ours, no process left behind."""

from __future__ import annotations

import os
import shlex
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from mmgate.inputs import InputRefused
from mmgate.ports.child import STDERR_LIMIT_BYTES, PortFault
from mmgate.ports.children import descendants
from mmgate.ports.command import split_command
from mmgate.ports.process import PortMaker
from model.actions import Place
from model.config import MakerConfig
from model.events import Oracle, Start, Timer
from model.market import Market

FAKES = Path(__file__).parent / "fakes"
START = Start(1_000, 1, MakerConfig(), (Market("m", 2),))
ORACLE = Oracle(1_001, "m", Decimal(100), Decimal(100))


def command(fake: str, *words: str) -> str:
    return shlex.join([sys.executable, "-S", "-E", str(FAKES / fake), *words])


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    before = set(descendants(os.getpid()))
    yield
    assert set(descendants(os.getpid())) <= before


def misbehave(how: str, timeout_s: float = 3.0) -> PortFault:
    with PortMaker(command("misbehaves.py", how), timeout_s) as port:
        port.start(START)
        try:
            port.handle(ORACLE)
            port.handle(Timer(1_002))
        except PortFault as finding:
            return finding
    pytest.fail("the port got away with it")


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ("exit", "exit", "request 3 (event oracle): the port ended with exit code 3 before its reply"),
        ("signal", "exit", "the port ended with signal 9 before its reply"),
        ("half", "exit", "the port ended with exit code 0 before its reply"),
        ("closes", "closed", "the port closed its pipe and runs on"),
        ("no_json", "not_json", "not JSON (Expecting value: line 1 column 1 (char 0)): 'hello there'"),
        ("nan_literal", "not_json", "NaN is no JSON number"),
        ("deep", "not_json", "nested too deeply"),
        ("number", "not_json", "42 is not an object"),
        ("long_integer", "not_json", "not JSON"),
        ("no_utf8", "not_utf8", "byte 29 of the line is not UTF-8"),
        ("huge", "too_long", "the reply is longer than 1048576 bytes"),
        ("wrong_id", "wrong_id", "reply to request 3 (event oracle): id: is 77, in the request 3"),
        ("text_id", "wrong_id", "id: is '3', in the request 3"),
        ("true_id", "wrong_id", "id: is True, in the request 3"),
        ("echo", "wrong_id", "id: is 2 (already answered), in the request 3"),
        ("chatty", "wrong_id", "(event timer): id: is 3 (already answered), in the request 4"),
        ("nan_px", "wrong_type", "actions[0].px: 'NaN' is not a decimal"),
        ("no_actions", "wrong_type", "actions: is missing"),
        ("nameless_cancel", "wrong_type", "actions[0]: a cancel names neither oid nor cloid"),
        ("unknown_action", "wrong_type", "actions[0].type: 'teleport' is none of place, cancel"),
        ("error", "refused", "request 3 (event oracle) was refused: 'panic' ('markets')"),
    ],
)
def test_misbehaviour_is_a_finding_with_its_kind_and_one_line(how, kind, words):
    finding = misbehave(how)
    assert finding.kind == kind
    assert words in finding.text
    assert "\n" not in finding.text


@pytest.mark.parametrize("how", ["hang", "deaf"])
def test_a_port_that_never_answers_is_given_up_at_the_time_limit(how):
    began = time.monotonic()
    finding = misbehave(how, timeout_s=0.3)
    assert (finding.kind, finding.text) == ("timeout", "request 3 (event oracle): no reply within 0.3 s")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("how", ["forks", "escapes"])
def test_a_grandchild_that_keeps_the_pipe_neither_hangs_us_nor_outlives_the_port(how):
    finding = misbehave(how)
    assert finding.kind == "exit"
    assert finding.text.endswith("ended with exit code 0 before its reply, and what it started keeps its pipe open")


def test_the_transcript_shows_what_was_asked_and_answered():
    lines = misbehave("nan_px").transcript
    assert lines[0] == '→ {"id":1,"kind":"hello","protocol":1}'
    assert lines[-2].startswith('→ {"id":3,"kind":"event","now_ms":1001,"event":{"type":"oracle","market":"m"')
    assert lines[-1].startswith('← {"id": 3, "actions": [{"type": "place"')


def test_a_noisy_stderr_is_kept_up_to_its_limit_and_blocks_nobody(tmp_path):
    log = tmp_path / "stderr.log"
    with PortMaker(command("misbehaves.py", "noisy"), 3.0, log) as port:
        port.start(START)
        port.handle(ORACLE)
        assert port.handle(Timer(1_002)).actions == ()
    assert log.stat().st_size == STDERR_LIMIT_BYTES


def test_a_port_that_is_not_there_is_refused_as_input():
    with pytest.raises(InputRefused, match='no program "no-such-program" is there'):
        PortMaker("no-such-program --now")
    with pytest.raises(InputRefused, match="the command line is empty"):
        PortMaker("  ")
    with pytest.raises(InputRefused, match="No closing quotation"):
        PortMaker("python 'x")


def test_a_command_line_is_split_as_by_a_shell_and_never_run_by_one():
    assert split_command("env 'a b' ; rm x") == ["env", "a b", ";", "rm", "x"]


def test_a_port_closed_twice_stays_closed_and_says_so():
    port = PortMaker(command("misbehaves.py", "proper"))
    port.close()
    port.close()
    with pytest.raises(PortFault, match="port already closed"):
        port.handle(ORACLE)


def test_a_port_that_quotes_answers_with_its_orders():
    with PortMaker(command("never_cancels.py")) as port:
        assert (port.name, port.features, port.books()) == ("never-cancels", frozenset(), None)
        port.start(START)
        (place,) = port.handle(ORACLE).actions
        assert isinstance(place, Place)
        assert (place.px, place.sz, place.role) == (Decimal(99), Decimal("0.6"), None)
