"""The symbolic engine: CrossHair and a prover of our own over the lemmas on the kernels, path by path.

Its words come from the states of CrossHair's messages, never from an exit code: confirmed over all paths holds; a
counterexample that plain Python repeats is violated, and one that it does not is an error; not confirmed is
inconclusive; a lemma without a condition is an error. Work is bounded by paths and by the solver's own resource
units, so that words repeat; processor and wall clocks only ever make a lemma inconclusive.

Solvers remember: a lemma can be confirmed alone and not after others. So the lemmas are examined in a process of
their own, each in a fork of it that has seen no other; one that is not confirmed is tried again after a fixed bit of
other work, which lets the solver start elsewhere. The engine judges the kernels of the reference or of a defect;
of a foreign port it knows nothing and says nothing.

The second prover (`prover`) is asked about what CrossHair can't follow or did not confirm, and in the larger profiles
about everything; there Hypothesis searches for needles too (`needles`). Where one confirms what another refutes, that
is an error, never a verdict.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import inspect
import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from mmgate.engines import needles
from mmgate.engines.lemma_words import ENGINE, Finding, outcome, refuted, witness
from mmgate.ports.direct import defect_of
from mmgate.request import EngineResult, MakerRef, Request
from specs.contracts import LEMMAS, PARTS
from specs.defects import applied
from specs.lemma import Lemma
from specs.spec import Outcome, Word

SOLVER_UNITS = 10_000_000
"""The solver's budget for one question, in its own units: the same on every machine."""
PATH_CPU_S = 8.0
CONDITION_CPU_S = 12.0
LEMMA_CPU_S = 15
STARTS = 3
"""How often a lemma is tried, each time from another start, before it counts as not confirmed."""
OUT_OF_TIME = (signal.SIGXCPU, signal.SIGKILL)
CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from mmgate.engines.symbolic import serve; serve()"
PROVER_CPU_S = 60
CROSSHAIR, Z3 = "CrossHair", "z3"
CALL = re.compile(r"when calling (?P<call>.+?)(?: \(which returns .*\))?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Work:
    """How much a lemma gets: CrossHair's paths, whether both provers are asked, cases drawn in search of needles."""

    paths: int
    both: bool = False
    needles: int = 0


def run(request: Request) -> EngineResult:
    """Examine the lemmas of the wanted specs, and answer for each of these specs."""
    lemmas = [lemma for lemma in LEMMAS if lemma.spec_id in request.specs]
    if request.maker.kind == "port":
        return EngineResult(ENGINE, (), notes=("it reads the kernels of the model and says nothing about a port",))
    if not lemmas:
        return EngineResult(ENGINE, (), notes=("no lemma serves the wanted specs",))
    if request.maker.kind == "defect":
        defect_of(request.maker.name)  # refused here, in the caller's process, if there is none
    return concluded(request, lemmas, _findings(request, lemmas))


def judged(request: Request) -> tuple[Outcome, ...]:
    """Examine the lemmas of the wanted specs; return an outcome for each of these that has any, and keep nothing."""
    lemmas = [lemma for lemma in LEMMAS if lemma.spec_id in request.specs]
    return _outcomes(lemmas, _findings(request, lemmas)) if lemmas else ()


def _findings(request: Request, lemmas: Sequence[Lemma]) -> list[Finding]:
    """Examine lemmas as far as the provers are installed."""
    absent = [name for name, module in ((CROSSHAIR, "crosshair"), (Z3, "z3")) if not importlib.util.find_spec(module)]
    if absent:
        missing = f"{' and '.join(absent)} is not installed: pip install 'mmgate[symbolic]'"
        return [Finding(lemma.name, Word.INCONCLUSIVE, missing) for lemma in lemmas]
    request.progress(f"examining {len(lemmas)} lemmas")
    profile = request.profile
    work = Work(profile.symbolic_iterations, profile.second_prover, profile.needle_cases)
    return examine_apart(lemmas, request.maker, work, profile.wall_clock_s)


def concluded(request: Request, lemmas: Sequence[Lemma], findings: Sequence[Finding]) -> EngineResult:
    """Put the findings together: one outcome per spec, a witness per counterexample."""
    outcomes = _outcomes(lemmas, findings)
    parts = [one for one in outcomes if one.spec_id in PARTS and one.word is Word.HOLDS]
    return EngineResult(
        ENGINE,
        tuple(one for one in outcomes if one not in parts),
        tuple(
            witness(request, lemma, finding)
            for lemma, finding in zip(lemmas, findings, strict=True)
            if finding.word is Word.VIOLATED
        ),
        _told_of_parts(parts),
        (("lemmas on a part", tuple((one.spec_id, one.antecedents) for one in parts)),) if parts else (),
    )


def _outcomes(lemmas: Sequence[Lemma], findings: Sequence[Finding]) -> tuple[Outcome, ...]:
    """Return one outcome per spec, in the order of its first lemma."""
    by_spec: dict[str, list[tuple[Lemma, Finding]]] = {}
    for pair in zip(lemmas, findings, strict=True):
        by_spec.setdefault(pair[0].spec_id, []).append(pair)
    return tuple(outcome(spec_id, pairs) for spec_id, pairs in by_spec.items())


def _told_of_parts(parts: Sequence[Outcome]) -> tuple[str, ...]:
    """Say which specs had a part confirmed: that is no word on them."""
    listed = ", ".join(f"{one.spec_id} ({one.antecedents})" for one in parts)
    return (f"lemmas confirmed on a part of a spec, no word on the rest of it: {listed}",) if parts else ()


def examine_apart(lemmas: Sequence[Lemma], maker: MakerRef, work: Work, limit_s: float) -> list[Finding]:
    """Examine lemmas in a process of their own; what it leaves unanswered is inconclusive, or an error if it died."""
    job = {"lemmas": [lemma.name for lemma in lemmas], "kind": maker.kind, "name": maker.name}
    environment = {**os.environ, "PYTHONHASHSEED": "0", "CROSSHAIR_SMT_RLIMIT": str(SOLVER_UNITS)}
    with subprocess.Popen(
        [sys.executable, "-P", "-c", CHILD, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
        text=True,
    ) as child:
        try:
            told, complaints = child.communicate(json.dumps(job | asdict(work)), limit_s)
            last = complaints.strip().splitlines()[-1:] or [f"exit status {child.returncode}"]
            rest = Finding("", Word.ERROR, f"the solver's process ended early: {last[0]}")
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            told, _ = child.communicate()
            rest = Finding("", Word.INCONCLUSIVE, f"stopped by the wall clock after {limit_s:g} s")
    answers = {finding.lemma: finding for finding in map(Finding.parse, told.splitlines())}
    return [answers.get(lemma.name, Finding(lemma.name, rest.word, rest.reason)) for lemma in lemmas]


def serve() -> None:
    """Answer a parent's job, one line per lemma, with the defect in force that it names."""
    job = json.load(sys.stdin)
    lemmas = {lemma.name: lemma for lemma in LEMMAS}
    importlib.import_module("crosshair.core_and_libs")
    work = Work(job["paths"], job["both"], job["needles"])
    with _in_force(MakerRef(job["kind"], job["name"])):
        for name in job["lemmas"]:
            sys.stdout.write(_examined(lemmas[name], work).line() + "\n")
            sys.stdout.flush()


def _examined(lemma: Lemma, work: Work) -> Finding:
    """Examine one lemma by the provers, and let a search for needles contradict them where one is wanted."""
    finding = _proved_or_not(lemma, work)
    if not work.needles or lemma.beyond or not needles.is_here():
        return finding
    return agreed(finding, _in_a_fork(lemma, lambda: sought(lemma, work.needles), LEMMA_CPU_S))


def _proved_or_not(lemma: Lemma, work: Work) -> Finding:
    """Examine one lemma, by the second prover too where CrossHair leaves it open or both are wanted."""
    if lemma.beyond:
        return prove_in_a_fork(lemma)
    first = examine_in_a_fork(lemma, work.paths, 0)
    if first.word is not Word.INCONCLUSIVE and not work.both:
        return first
    finding = agreed(first, prove_in_a_fork(lemma))
    for start in range(1, STARTS):
        if finding.word is not Word.INCONCLUSIVE:
            break
        finding = examine_in_a_fork(lemma, work.paths, start)
    return finding


def agreed(first: Finding, second: Finding) -> Finding:
    """Put two provers' findings together: they must not contradict; what one leaves open the other says."""
    words = {first.word, second.word}
    if Word.ERROR in words:
        return first if first.word is Word.ERROR else second
    if words == {Word.HOLDS, Word.VIOLATED}:
        wrong = first if first.word is Word.VIOLATED else second
        right = second if wrong is first else first
        reason = f"the provers disagree: {', '.join(right.provers)} confirms what {wrong.call()} refutes"
        return Finding(first.lemma, Word.ERROR, reason)
    if first.word is second.word:
        return replace(first, provers=(*first.provers, *second.provers))
    return second if first.word is Word.INCONCLUSIVE else first


@contextlib.contextmanager
def _in_force(maker: MakerRef) -> Iterator[None]:
    """Have the maker's defect, if it is one, in force inside the block."""
    if maker.kind == "defect":
        with applied(defect_of(maker.name)):
            yield
    else:
        yield


def examine_in_a_fork(lemma: Lemma, paths: int, start: int) -> Finding:
    """Examine one lemma in a fork, so that it begins where every other does."""

    def work() -> Finding:
        for _ in range(start):
            examine(WARM_UP, paths)
        return examine(lemma, paths)

    return _in_a_fork(lemma, work, LEMMA_CPU_S)


def prove_in_a_fork(lemma: Lemma) -> Finding:
    """Have the second prover examine one lemma in a fork."""
    return _in_a_fork(lemma, lambda: proved(lemma), PROVER_CPU_S)


def _in_a_fork(lemma: Lemma, work: Callable[[], Finding], limit_s: int) -> Finding:
    """Do a lemma's work in a fork of this process, within so much processor time."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
            os.write(writing, work().line().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        told = pipe.read()
    _, status = os.waitpid(pid, 0)
    if told:
        return Finding.parse(told)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in OUT_OF_TIME:
        return Finding(lemma.name, Word.INCONCLUSIVE, f"not confirmed within {limit_s} s of processor time")
    return Finding(lemma.name, Word.ERROR, f"its solver died with wait status {status}")


def _stays_positive(n: int) -> bool:
    """Claim nothing about the model; it only gives the solver something to do.

    pre: n > 0
    post: _
    """
    return n + 1 > 0


WARM_UP = Lemma("", (), _stays_positive)


def examine(lemma: Lemma, paths: int) -> Finding:
    """Have CrossHair examine one lemma on at most `paths` paths, in this process; whatever it does is a finding."""
    try:
        states, exhausted = _messages(lemma, paths)
    except Exception as error:  # a crash of the solver must not pass for an answer about the kernel
        return Finding(lemma.name, Word.ERROR, f"CrossHair crashed: {type(error).__name__}: {error}")
    return finding_of(lemma, states, exhausted, paths)


def proved(lemma: Lemma) -> Finding:
    """Have the second prover examine one lemma in this process; whatever it does is a finding."""
    from mmgate.engines import prover

    if "post: _" not in (lemma.claim.__doc__ or ""):
        return Finding(lemma.name, Word.ERROR, "no condition was found in its docstring: write a post: line")
    try:
        prover.prove(lemma)
    except prover.Refuted as found:
        if repeats(lemma, found.arguments):
            return refuted(lemma, found.arguments, Z3)
        call = ", ".join(f"{name}={value}" for name, value in found.arguments.items())
        text = f"its counterexample does not repeat in plain Python: {lemma.name}({call})"
        return Finding(lemma.name, Word.ERROR, text, provers=(Z3,))
    except prover.GaveUp as reason:
        return Finding(lemma.name, Word.INCONCLUSIVE, f"not proved: {reason}", provers=(Z3,))
    except prover.Unmet as reason:
        return Finding(lemma.name, Word.ERROR, str(reason), provers=(Z3,))
    except Exception as error:
        return Finding(lemma.name, Word.ERROR, f"the prover crashed: {type(error).__name__}: {error}")
    return Finding(lemma.name, Word.HOLDS, provers=(Z3,))


def sought(lemma: Lemma, cases: int) -> Finding:
    """Have Hypothesis search a lemma, CrossHair behind it; what it finds must repeat in plain Python."""
    finding = needles.searched(lemma, cases)
    if finding.word is Word.VIOLATED and not repeats(lemma, dict(finding.arguments)):
        text = f"its counterexample does not repeat in plain Python: {finding.call()}"
        return Finding(lemma.name, Word.ERROR, text, provers=finding.provers)
    return finding


def _messages(lemma: Lemma, paths: int) -> tuple[list[tuple[str, str]], bool]:
    """Return the state and the text of each message on a lemma, and whether every path was seen."""
    from crosshair.core_and_libs import analyze_function, run_checkables
    from crosshair.options import AnalysisKind, AnalysisOptionSet

    seen: Counter[str] = Counter()
    options = AnalysisOptionSet(
        analysis_kind=[AnalysisKind.PEP316],
        report_all=True,
        max_iterations=paths,
        per_condition_timeout=CONDITION_CPU_S,
        per_path_timeout=PATH_CPU_S,
        stats=seen,
    )
    messages = run_checkables(analyze_function(lemma.claim, options))
    return [(message.state.value, message.message) for message in messages], seen["exhaustion"] > 0


def finding_of(lemma: Lemma, messages: Iterable[tuple[str, str]], exhausted: bool, paths: int) -> Finding:
    """Turn the messages on one lemma into a finding: the worst of them decides, none at all is an error."""
    told = dict(messages)
    if not told:
        return Finding(lemma.name, Word.ERROR, "no condition was found in its docstring: write a post: line")
    for state in ("post_fail", "post_err", "exec_err"):
        if state in told:
            return _counterexample(lemma, told[state])
    if "pre_unsat" in told and not exhausted:
        return Finding(lemma.name, Word.INCONCLUSIVE, f"none of {paths} paths met its assumptions")
    if "cannot_confirm" in told:
        return Finding(lemma.name, Word.INCONCLUSIVE, f"not confirmed within {paths} paths")
    if set(told) == {"confirmed"}:
        return Finding(lemma.name, Word.HOLDS, provers=(CROSSHAIR,))
    return Finding(lemma.name, Word.ERROR, f"{', '.join(sorted(told))}: {' '.join(told.values())}")


def _counterexample(lemma: Lemma, text: str) -> Finding:
    """Repeat a counterexample in plain Python; it violates the lemma only if it does so there too."""
    arguments = arguments_of(lemma, text)
    if arguments is None:
        return Finding(lemma.name, Word.ERROR, f"its counterexample could not be read: {text}")
    if not repeats(lemma, arguments):
        return Finding(lemma.name, Word.ERROR, f"its counterexample does not repeat in plain Python: {text}")
    return Finding(lemma.name, Word.VIOLATED, text, tuple(sorted(arguments.items())), (CROSSHAIR,))


def arguments_of(lemma: Lemma, text: str) -> dict[str, int] | None:
    """Read the arguments of a message's call; None if it holds none that are plain numbers."""
    found = CALL.search(text)
    if found is None:
        return None
    try:
        call = ast.parse(found["call"], mode="eval").body
        if not isinstance(call, ast.Call):
            return None
        positional = [ast.literal_eval(value) for value in call.args]
        named = {word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg}
        arguments = inspect.signature(lemma.claim).bind(*positional, **named).arguments
    except (SyntaxError, ValueError, TypeError):
        return None
    return dict(arguments) if all(isinstance(value, int) for value in arguments.values()) else None


def repeats(lemma: Lemma, arguments: Mapping[str, int]) -> bool:
    """Tell whether a claim is false, or breaks, in plain Python on arguments that meet its assumptions."""
    scope = {**vars(sys.modules[lemma.claim.__module__]), **arguments}
    if not all(eval(assumption, scope) for assumption in lemma.assumptions):
        return False
    try:
        return not lemma.claim(**arguments)
    except Exception:  # a kernel that breaks on what it must take is as wrong as one that answers falsely
        return True
