"""A life is a life: in the process of the one before, or in one of its own that was started beforehand."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mmgate.engines.judging import judge
from mmgate.ports import waiting
from mmgate.ports.child import PortFault
from mmgate.ports.children import descendants
from mmgate.ports.process import PortMaker
from mmgate.ports.smoke import PRICE, START
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef
from mmgate.worlds import world_of
from model.codec import canonical
from model.journal import Record
from specs.spec import Word

BAD = Path(__file__).parent / "fakes" / "bad.py"
LOOP = next(entry for entry in embedded_suite(QUICK) if (entry.name, entry.scenario) == ("counter", "crash-loop"))


def command(fault: str, *when: str) -> str:
    return shlex.join([sys.executable, "-S", "-E", str(BAD), fault, *when])


@pytest.fixture(autouse=True)
def nobody_waits_for_ever():
    before = set(descendants(os.getpid()))
    yield
    waiting.end_waiting()
    assert set(descendants(os.getpid())) <= before


def lived(fault: str) -> tuple[Record, ...]:
    judged = judge(world_of(LOOP, 1), MakerRef("port", command(fault, "hello")), ("ROB-1",), keep=True)
    assert [outcome.word for outcome in judged.outcomes] == [Word.HOLDS]
    return judged.records


def test_both_kinds_of_ports_leave_the_same_bytes_through_a_loop_of_crashes():
    one, many = (b"\n".join(canonical(record).encode() for record in lived(how)) for how in ("none", "single_use"))
    assert one.count(b'"type":"start"') > 3
    assert one == many


def born(port: PortMaker) -> list[str]:
    """Begin two lives, and return the names that the port's processes gave themselves."""
    port.start(START)
    first = port.name
    port.start(START)
    return [first, port.name]


def test_a_life_gets_the_process_that_waited_and_the_next_run_too():
    with PortMaker(command("single_use_unlike", "hello")) as port:
        port.start(START)
        (waits,) = waiting._waiting.values()
        port.start(START)
        assert port._child is waits
        (next_one,) = waiting._waiting.values()
    with PortMaker(command("single_use_unlike", "hello")) as port:
        assert port._child is next_one


def test_each_life_of_a_single_use_port_is_a_process_of_its_own():
    with PortMaker(command("single_use_unlike", "hello")) as port:
        first, second = born(port)
    assert first != second
    with PortMaker(command("none")) as port:
        first, second = born(port)
    assert first == second
    assert len(waiting._waiting) == 1


def test_one_that_ended_while_it_waited_is_replaced():
    with PortMaker(command("single_use", "hello")) as port:
        port.start(START)
        (waits,) = waiting._waiting.values()
        waits._process.kill()
        deadline = time.monotonic() + 5
        while waits.runs() and time.monotonic() < deadline:
            time.sleep(0.01)
        port.start(START)
        assert port.handle(replace(PRICE, now_ms=START.now_ms + 1)).actions == ()


def test_what_a_waiting_process_wrote_to_stderr_is_kept_with_the_life_that_gets_it(tmp_path: Path):
    log = tmp_path / "stderr.txt"
    script = tmp_path / "talks.py"
    script.write_text(f"import sys; sys.stderr.write('born\\n'); sys.argv[1:] = ['single_use', 'hello']\n"
                      f"exec(compile(open({str(BAD)!r}).read(), {str(BAD)!r}, 'exec'), {{'__name__': '__main__', "
                      f"'__file__': {str(BAD)!r}}})\n")  # fmt: skip
    with PortMaker(shlex.join([sys.executable, "-S", "-E", str(script)]), stderr_path=log) as port:
        born(port)
    assert log.read_text() == "born\n" * 2


def test_a_restartable_port_that_lies_from_its_second_life_on_is_found_in_it():
    with PortMaker(command("no_actions", "life")) as port:
        port.start(START)
        with pytest.raises(PortFault, match=r"reply to request 3 \(start\): actions: None is not a list"):
            port.start(START)
    judged = judge(world_of(LOOP, 1), MakerRef("port", command("wrong_id", "life")), ("ROB-1",))
    assert judged.failed is not None
    assert judged.failed.life == 2


def test_what_waits_ends_with_the_program_that_let_it_wait():
    program = (
        "import sys; from mmgate.ports.process import PortMaker; from mmgate.ports.smoke import START; "
        "from mmgate.ports.waiting import _waiting\n"
        f"with PortMaker({command('single_use', 'hello')!r}) as port: port.start(START)\n"
        "print([child._process.pid for child in _waiting.values()][0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not Path(f"/proc/{int(done.stdout)}").exists()


def test_a_port_that_stays_silent_again_and_again_is_not_started_for_ever():
    silent = command("mute", "hello", "asked by no other test")
    began = time.monotonic()
    told = []
    for _ in range(9):
        with pytest.raises(PortFault) as finding:
            PortMaker(silent, 0.1)
        told.append(finding.value.text)
    assert told[:2] == ["request 1 (hello): no reply within 0.4 s", "request 1 (hello): no reply within 0.1 s"]
    assert told[5:7] == [told[1], "the port left 6 requests without a reply and is not asked again"]
    assert time.monotonic() - began < 60
