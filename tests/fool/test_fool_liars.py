"""Attempts to get a PASS with a port that is not the same each time it starts, or does more than it is asked for."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mmgate.asking import Asked, plan_of
from mmgate.engines import lawful, simulation, twins
from mmgate.engines.drawing import check
from mmgate.engines.judging import judge
from mmgate.engines.questions import Question, ask_again
from mmgate.inputs import InputRefused
from mmgate.ports import waiting
from mmgate.ports.child import PortFault
from mmgate.ports.process import PortMaker
from mmgate.ports.smoke import START, smoke
from mmgate.profiles import QUICK, embedded_suite
from mmgate.report import RunId, conclude
from mmgate.request import EngineResult, MakerRef, Request
from mmgate.resuming import Kept, identity_of
from mmgate.worlds import world_of
from specs.catalogue import spec
from specs.spec import Outcome, Verdict, Word

HONEST = Path(__file__).parents[2] / "examples" / "python_port"
LOOP = next(entry for entry in embedded_suite(QUICK) if (entry.name, entry.scenario) == ("counter", "crash-loop"))
COUNTERS = """
[maker]
enabled = true
counter_order_enabled = true
[gate]
profile = "quick"
scenarios = ["signal"]
"""


@pytest.fixture(autouse=True)
def no_liar_is_left(tmp_path: Path):
    yield
    waiting.end_waiting()
    assert str(tmp_path) not in "".join(map(command_line, Path("/proc").glob("[0-9]*/cmdline")))


def command_line(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def liar(folder: Path, lines: str) -> str:
    """Write the honest maker with its answers changed: `lines` see self, request, reply, how often it was started."""
    body = "\n".join("    " + line for line in lines.strip("\n").splitlines())
    script = folder / "liar.py"
    script.write_text(
        f"import json, os, sys\nsys.path.insert(0, {str(HONEST)!r})\nimport maker\nhonest = maker.Port.handle\n"
        f"count = open({str(folder / 'starts')!r}, 'a'); count.write('x'); count.flush(); starts = count.tell()\n"
        f"def handle(self, request):\n    kind = request['kind']\n    former = self.maker\n"
        f"    reply = honest(self, request)\n{body}\n    return reply\nmaker.Port.handle = handle\nmaker.main()\n"
    )
    return f"{sys.executable} -S -E {script}"


# -- not the same each time


UNLIKE = {
    "reply['features'] = reply['features'][:-1]": "features: is without ",
    "reply['features'] = [*reply['features'], 'warp']": "features: is with 'warp'",
    "reply['calls'] = []": "calls: is without ",
    "reply['restartable'] = False": "restartable: is false, unlike in an earlier process",
}


@pytest.mark.parametrize(("lie", "told"), UNLIKE.items(), ids=["fewer", "more", "calls", "restartable"])
def test_a_port_that_declares_otherwise_in_a_later_process_is_found_in_it(lie: str, told: str, tmp_path: Path):
    command = liar(tmp_path, f"if kind == 'hello' and starts > 1:\n    {lie}")
    with PortMaker(command) as first:
        promise = first.hello.promise()
    with pytest.raises(PortFault) as found:
        PortMaker(command, promise=promise)
    assert found.value.kind == "unlike"
    assert found.value.text.startswith(f"reply to request 1 (hello): {told}")


def test_a_single_use_port_that_declares_otherwise_in_its_second_life_is_found(tmp_path: Path):
    lie = "if kind == 'hello':\n    reply['restartable'] = False\n    reply['calls'] = reply['calls'][starts - 1:]"
    with PortMaker(liar(tmp_path, lie)) as port:
        port.start(START)
        with pytest.raises(PortFault, match="calls: is without"):
            port.start(replace(START, life=2, now_ms=START.now_ms + 60_000))


def test_a_port_whose_first_start_failed_does_not_pass_for_its_good_behaviour_later(gate, tmp_path: Path):
    command = liar(tmp_path, "if kind == 'hello' and starts == 1:\n    os._exit(3)")
    answer = gate.verify("--port", command, "--spec", "OFF-3", "--engine", "simulation")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "when it was greeted first: exit: request 1 (hello): the port ended with exit code 3" in answer.stdout
    assert "the port could not be greeted; mmgate port smoke explains it" in answer.stdout
    assert "✗ ROB-1 P1" in answer.stdout
    assert "found by greeting" in answer.stdout


def test_a_port_that_was_never_greeted_violates_what_is_asked_of_all_ports_and_nothing_else(gate, tmp_path: Path):
    command = liar(tmp_path, "if kind == 'hello':\n    os._exit(3)")
    answer = gate.verify("--port", command, "--spec", "OFF-1", "--engine", "property")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "✗ ROB-1 P1" in answer.stdout
    assert "OFF-1 P0 inconclusive: property: the port could not be greeted: exit: request 1 (hello)" in answer.stdout
    assert "FAIL" in answer.stdout


@pytest.mark.parametrize("spec_id", ["OFF-1", "CFG-1", "CFG-4", "VOL-4"])
def test_a_port_that_was_greeted_before_and_now_is_not_has_no_excuse(spec_id: str, tmp_path: Path):
    unheard = MakerRef("port", liar(tmp_path, "if kind == 'hello':\n    os._exit(3)"))
    heard = replace(unheard, promise=(frozenset(), frozenset(), False))
    for maker, word in ((unheard, Word.INCONCLUSIVE), (heard, Word.VIOLATED)):
        request = Request(maker, (), (spec_id,), (), QUICK, 1, tmp_path / "run", 0)
        lawful.refusals.cache_clear()
        lawful.empty.cache_clear()
        found = [*lawful.outcomes(request, check), *twins.outcomes(request, "property")]
        assert found
        assert {outcome.word for outcome in found} == {word}


@pytest.mark.parametrize(("spec_id", "kind"), [("CFG-4", "empty"), ("VOL-4", "markets")])
def test_no_counterexample_is_put_aside_because_the_port_can_not_be_greeted(spec_id: str, kind: str, tmp_path: Path):
    maker = MakerRef("port", liar(tmp_path, "if kind == 'hello':\n    os._exit(3)"))
    assert ask_again(maker, spec_id, Question(kind, kind, None)).word is Word.VIOLATED


REMEMBERS = """
if kind == 'start' and former is not None:
    for name, market in self.maker.markets.items():
        for what in ('adverse_side', 'adverse_count', 'adverse_at'):
            setattr(market, what, getattr(former.markets[name], what))
"""


@pytest.mark.parametrize(("lie", "word"), [("pass", Word.HOLDS), (REMEMBERS, Word.VIOLATED)], ids=["honest", "liar"])
def test_what_a_restartable_port_remembers_of_a_former_life_is_seen(lie: str, word: Word, tmp_path: Path):
    maker = MakerRef("port", liar(tmp_path, lie))
    entry = replace(LOOP, config=replace(LOOP.config, adverse_consecutive_fills=1))
    result = simulation.run(Request(maker, (entry,), ("DET-1",), (), replace(QUICK, seeds=1), 1, tmp_path / "run", 0))
    (outcome,) = [one for one in result.outcomes if one.spec_id == "DET-1"]
    assert outcome.word is word
    told = [violation.text for violation in outcome.violations]
    assert all(text.endswith("gave other actions with a process for each life") for text in told)


# -- more than was asked for, or less


AFTER = {
    "reply['actions'] = [{'type': 'query_open_orders'}]": "reply to request 2 (bye): actions: nothing is done any more",
    "print(json.dumps(reply), flush=True)": "request 2 (bye): after its reply came more on stdout: ",
    "import atexit; atexit.register(print, 'good bye \\x1b[2J')": "after its reply came more on stdout: 'good bye ",
}


@pytest.mark.parametrize(("lie", "told"), AFTER.items(), ids=["actions", "twice", "words"])
def test_what_comes_with_or_after_the_last_reply_is_a_finding(lie: str, told: str, tmp_path: Path):
    command = liar(tmp_path, f"if kind == 'bye':\n    {lie}")
    with PortMaker(command) as port, pytest.raises(PortFault) as found:
        port.leave()
    assert told in found.value.text
    assert found.value.text.isprintable()
    said: list[str] = []
    assert not smoke(command, 5.0, said.append)
    assert any(line.startswith("broken    ") and "(bye)" in line for line in said)


def test_a_config_that_switches_on_what_a_port_does_not_declare_excuses_nothing(tmp_path: Path):
    (tmp_path / "mm.toml").write_text(COUNTERS)
    lie = "if kind == 'hello':\n    reply['features'] = ['cancel_by_cloid', 'reconcile']"
    plan = plan_of(Asked(config=tmp_path / "mm.toml", port=liar(tmp_path, lie)))
    assert plan.lacking == {"counter_order"}
    assert "your config switches on counter_order, which the port does not declare: that excuses nothing" in plan.notes
    assert plan_of(Asked(config=tmp_path / "mm.toml", port=liar(tmp_path, "pass"))).lacking == set()

    off = Outcome("CTR-3", "simulation", Word.NOT_APPLICABLE, reason="the maker does not declare counter_order")
    held = Outcome("OFF-3", "simulation", Word.HOLDS)
    run = RunId(("mmgate", "verify"), "0+abc", "port p", "mm.toml", "quick", 1)
    for lacking, verdict in ((frozenset(), Verdict.PASS), (plan.lacking, Verdict.CONDITIONAL)):
        results = [EngineResult("simulation", (off, held))]
        report = conclude(run, [spec("CTR-3"), spec("OFF-3")], results, (), date(2026, 2, 8), lacking=lacking)
        assert report.verdict is verdict


ACTS = {
    "in a market that is told and not configured": (
        "fixed/fewer-markets",
        "names = [name for name, one in self.maker.markets.items() if not one.quoted] if self.maker else []\n"
        "for action in reply.get('actions', ()):\n    if names and action.get('cloid', 'x')[-1] in '05':\n"
        "        action['market'] = names[0]",
        "CFG-5",
    ),
    "in the next market instead": (
        "all-on/three-markets",
        "names = list(self.maker.markets) if self.maker else []\nafter = dict(zip(names, names[1:] + names[:1]))\n"
        "for action in reply.get('actions', ()):\n    if 'market' in action:\n"
        "        action['market'] = after[action['market']]",
        "OFF-2",
    ),
    "on the other strategy's orders": (
        "all-week/taker",
        "if kind == 'event' and request['event']['type'] == 'open_orders':\n"
        "    for one in request['event']['orders']:\n        if not (one['cloid'] or '').startswith('0x6d6d6701'):\n"
        "            reply['actions'].append({'type': 'cancel', 'market': one['market'], 'oid': one['oid']})",
        "ORD-12",
    ),
    "one event late": (
        "fixed/signal",
        "if 'actions' in reply:\n    late, self.held = getattr(self, 'held', []), reply['actions']\n"
        "    reply['actions'] = late",
        "ORD-6",
    ),
}


@pytest.mark.parametrize(("name", "lie", "caught"), ACTS.values(), ids=list(ACTS))
def test_actions_elsewhere_or_too_late_are_caught(name: str, lie: str, caught: str, tmp_path: Path):
    entry = next(one for one in embedded_suite(QUICK) if f"{one.name}/{one.scenario}" == name)
    ref = MakerRef("port", liar(tmp_path, lie))
    judged = judge(world_of(entry, 1), ref, (caught,), stop=True)
    assert [outcome.word for outcome in judged.outcomes] == [Word.VIOLATED], judged


# -- going on with another maker


def test_a_module_beside_the_ports_script_is_part_of_what_resume_compares(tmp_path: Path):
    (tmp_path / "port.py").write_text("import strategy\n")
    (tmp_path / "strategy.py").write_text("width = 1\n")
    plan = plan_of(Asked(port=f"{sys.executable} {HONEST / 'maker.py'}", specs=("OFF-3",)))
    request = replace(plan.requests[0], maker=MakerRef("port", f"{sys.executable} {tmp_path / 'port.py'}"))
    before = identity_of(plan.run, request)
    assert identity_of(plan.run, request) == before
    (tmp_path / "strategy.py").write_text("width = 2\n")
    assert [key for key, value in identity_of(plan.run, request).items() if before[key] != value] == ["maker's files"]


def test_answers_taken_up_for_a_port_are_told_with_what_could_not_be_compared(gate, tmp_path: Path):
    command = liar(tmp_path, "pass")
    gate.write("mm.toml", COUNTERS)
    words = ("verify", "--config", "mm.toml", "--port", command, "--spec", "OFF-3", "--out", "run")
    kept = gate.folder / ".run.unfinished"
    stops = "import mmgate.engines.simulation as s\ndef run(_request):\n    raise KeyboardInterrupt\ns.run = run\n"
    interrupted = gate.run(*words, sabotage=stops)
    assert interrupted.returncode == 130, interrupted.stdout + interrupted.stderr
    assert kept.is_dir()
    answer = gate.run(*words, "--resume")
    assert answer.returncode in (0, 3), answer.stdout + answer.stderr
    report = json.loads((gate.folder / "run" / "report.json").read_text())
    assert any("taken up from an interrupted run" in note for note in report["notes"]), answer.stdout + answer.stderr


def test_a_resumed_run_of_a_changed_port_is_refused(gate, tmp_path: Path):
    (tmp_path / "strategy.py").write_text("width = 1\n")
    command = liar(tmp_path, "import strategy")
    plan = plan_of(Asked(port=command, specs=("OFF-3",), out=gate.folder / "run"))
    identity = identity_of(plan.run, plan.requests[0])
    kept = Kept(plan.requests[0].out, identity)
    kept.folder.mkdir()
    (kept.folder / "run.json").write_text(json.dumps(identity))
    assert Kept(plan.requests[0].out, identity_of(plan.run, plan.requests[0])).begin(True)
    (tmp_path / "strategy.py").write_text("width = 2\n")
    with pytest.raises(InputRefused, match="its maker's files was"):
        Kept(plan.requests[0].out, identity_of(plan.run, plan.requests[0])).begin(True)
