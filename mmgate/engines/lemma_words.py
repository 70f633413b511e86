"""From findings on lemmas to one outcome per spec, and to witnesses that a person can follow."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmgate.request import Request, Witness
from specs.lemma import Lemma
from specs.spec import Outcome, Violation, Word

ENGINE = "symbolic"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one lemma: its word, why, the arguments of a counterexample, and by which prover."""

    lemma: str
    word: Word
    reason: str = ""
    arguments: tuple[tuple[str, int], ...] = ()
    provers: tuple[str, ...] = ()

    def line(self) -> str:
        """Write it as one line."""
        return json.dumps([self.lemma, self.word.value, self.reason, dict(self.arguments), self.provers])

    @staticmethod
    def parse(line: str) -> Finding:
        """Read what `line` wrote; anything else on the wire is an error of its own."""
        try:
            lemma, word, reason, arguments, provers = json.loads(line)
            return Finding(lemma, Word(word), reason, tuple(arguments.items()), tuple(provers))
        except (ValueError, AttributeError, TypeError):
            return Finding("", Word.ERROR, f"not a finding: {line[:200]}")

    def call(self) -> str:
        """Return the counterexample as the call that a person can paste."""
        return f"{self.lemma}({', '.join(f'{name}={value}' for name, value in self.arguments)})"


def refuted(lemma: Lemma, arguments: Mapping[str, int], prover: str) -> Finding:
    """Make the finding of a claim that is false: the call that shows it, and who found it."""
    call = ", ".join(f"{name}={value}" for name, value in arguments.items())
    text = f"false when calling {lemma.name}({call})"
    return Finding(lemma.name, Word.VIOLATED, text, tuple(sorted(arguments.items())), (prover,))


def outcome(spec_id: str, pairs: Sequence[tuple[Lemma, Finding]]) -> Outcome:
    """Merge the findings on a spec's lemmas: it holds only when each of them is confirmed over all paths."""
    findings = [finding for _, finding in pairs]
    order = (Word.VIOLATED, Word.ERROR, Word.INCONCLUSIVE, Word.HOLDS)
    word = next((word for word in order if any(finding.word is word for finding in findings)), Word.ERROR)
    confirmed = sum(1 for finding in findings if finding.word is Word.HOLDS)
    judged = confirmed + sum(1 for finding in findings if finding.word is Word.VIOLATED)
    kernels = Counter(kernel for lemma, _ in pairs for kernel in lemma.kernels)
    return Outcome(
        spec_id,
        ENGINE,
        word,
        strength=_strength(word, confirmed, findings),
        antecedents=judged,
        contexts=tuple(sorted(kernels.items())),
        violations=tuple(_violation(lemma, finding) for lemma, finding in pairs if finding.word is Word.VIOLATED),
        reason=_reason([finding for finding in findings if finding.word is word and finding.reason]),
    )


def _reason(findings: Sequence[Finding]) -> str:
    """Say why, each reason once, with the lemmas that have it."""
    lemmas: dict[str, list[str]] = {}
    for finding in findings:
        lemmas.setdefault(finding.reason, []).append(finding.lemma)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in lemmas.items())


def _strength(word: Word, confirmed: int, findings: Sequence[Finding]) -> str:
    """Say how much was shown, and by which provers; a lemma that two confirmed counts for both."""
    noun = "lemma" if len(findings) == 1 else "lemmas"
    if word is not Word.HOLDS:
        return f"{confirmed} of {len(findings)} {noun} confirmed"
    by = Counter(prover for finding in findings for prover in finding.provers)
    who = ", ".join(f"{prover} {count}" for prover, count in sorted(by.items()))
    return f"kernels confirmed over all paths, {len(findings)} {noun}" + (f" ({who})" if who else "")


def _violation(lemma: Lemma, finding: Finding) -> Violation:
    return Violation(lemma.spec_id, 0, 0, f"{', '.join(lemma.kernels)}: false is {finding.call()}: {lemma.statement}")


def witness(request: Request, lemma: Lemma, finding: Finding) -> Witness:
    """Keep a counterexample: the lemma, its arguments, and the command that finds it again."""
    path = request.out / f"{ENGINE}-{lemma.spec_id}-{lemma.name}.json"
    _keep(path, request, lemma, finding)
    command = f"mmgate verify --engine {ENGINE} --spec {lemma.spec_id} --profile {request.profile.name}"
    if request.maker.kind == "defect":
        command += f" --defects {request.maker.name}"
    steps = (
        f"{lemma.statement}",
        f"kernels: {', '.join(lemma.kernels)}",
        *(f"assumed: {assumption}" for assumption in lemma.assumptions),
        f"but False is {lemma.claim.__module__}.{finding.call()}",
    )
    return Witness(lemma.spec_id, path, command, steps)


def _keep(path: Path, request: Request, lemma: Lemma, finding: Finding) -> None:
    """Write a counterexample for a program to read."""
    data = {
        "format": FORMAT,
        "kind": "lemma",
        "maker": request.maker.label(),
        "spec": lemma.spec_id,
        "lemma": lemma.name,
        "kernels": list(lemma.kernels),
        "assumptions": list(lemma.assumptions),
        "arguments": dict(finding.arguments),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8", newline="\n")
