"""The report: per module what became of its mutants, the survivors by name, and whether the bound is kept.

The same outcomes give the same bytes: no time, no number of a mutant, no order of arrival is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mutation.found import Mutant, Word
from mutation.reasons import Key, row_of, stale
from mutation.scope import LEAST_SCORE, MODULES, SAMPLE_SEED, TIERS

COLUMNS = ("module", "mutants", "killed", *(f"by {tier}" for tier in TIERS), "timeout", "suspicious", "no tests",
           "survived", "explained", "score")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's mutants, those sampled of how many others, and the reasons given for survivors."""

    mutants: tuple[Mutant, ...]
    sampled: tuple[Mutant, ...] = ()
    others: int = 0
    reasons: dict[Key, str] = field(default_factory=dict)

    def of(self, module: str) -> list[Mutant]:
        """Return a module's mutants."""
        return [mutant for mutant in self.mutants if mutant.module == module]

    @property
    def unexplained(self) -> list[Mutant]:
        """The mutants of the modules under the bound that were not killed and have no reason."""
        return [one for one in self.mutants if one.word is not Word.KILLED and one.key not in self.reasons]

    @property
    def stale(self) -> list[Key]:
        """The reasons that explain nothing any more."""
        return stale(self.reasons, (*self.mutants, *self.sampled))


def score(mutants: Sequence[Mutant]) -> float:
    """Return the share of all mutants that was killed; a time-out is no kill, an explained survivor neither."""
    return sum(one.word is Word.KILLED for one in mutants) / len(mutants) if mutants else 0.0


def faults(outcome: Outcome) -> list[str]:
    """Say what keeps a run from passing: no work, a module under the bound, an unexplained survivor, a stale reason."""
    found = []
    for module in MODULES:
        mutants = outcome.of(module)
        if not mutants:
            found.append(f"{module}: no mutant was tried")
        elif score(mutants) < LEAST_SCORE:
            found.append(f"{module}: score {score(mutants):.1%} is under the bound of {LEAST_SCORE:.0%}")
    not_run = sum(one.word is Word.NOT_RUN for one in (*outcome.mutants, *outcome.sampled))
    if not_run:
        found.append(f"{not_run} mutants were not run")
    if outcome.unexplained:
        found.append(f"{len(outcome.unexplained)} mutants were neither killed nor explained in docs/escapes.md")
    found += [f"stale reason in docs/escapes.md: {function}: {new or old}" for function, old, new in outcome.stale]
    return found


def row(name: str, mutants: Sequence[Mutant], reasons: Iterable[Key]) -> tuple[str, ...]:
    """Return one line of the table."""
    words, judges = Counter(one.word for one in mutants), Counter(one.judge for one in mutants)
    known = set(reasons)
    explained = sum(one.word is not Word.KILLED and one.key in known for one in mutants)
    counts = (
        len(mutants), words[Word.KILLED], *(judges[tier] for tier in TIERS), words[Word.TIMEOUT],
        words[Word.SUSPICIOUS] + words[Word.NOT_RUN], words[Word.NO_TESTS], words[Word.SURVIVED], explained,
    )  # fmt: skip
    return (name, *(str(count) for count in counts), f"{score(mutants):.1%}")


def table(outcome: Outcome) -> list[tuple[str, ...]]:
    """Return the table: a line per module, their sum, and the sample of the others."""
    lines = [row(module, outcome.of(module), outcome.reasons) for module in MODULES]
    lines.append(row("together", outcome.mutants, outcome.reasons))
    if outcome.sampled:
        lines.append(row(f"{len(outcome.sampled)} of {outcome.others} others", outcome.sampled, outcome.reasons))
    return lines


def written(outcome: Outcome) -> str:
    """Write the report as Markdown."""
    found = faults(outcome)
    lines = [
        "# Mutation of the model",
        "",
        "FAIL" if found else f"PASS: every module reaches {LEAST_SCORE:.0%}, and every mutant that lives is explained.",
        *(f"- {fault}" for fault in found),
        "",
        "The score is killed mutants in all mutants: a time-out, a mutant without tests and an explained survivor are",
        "no kills. Judges are asked in the order of the columns, and the first that fails is the one that counts.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{' --- |' * len(COLUMNS)}",
        *(f"| {' | '.join(cells)} |" for cells in table(outcome)),
    ]
    if outcome.sampled:
        lines += ["", f"The sample was drawn with seed {SAMPLE_SEED}; it has no bound."]
    lines += _listed("Not killed, not explained", outcome.unexplained)
    explained = [one for one in outcome.mutants if one.word is not Word.KILLED and one.key in outcome.reasons]
    lines += _listed("Explained", explained)
    lines += _listed("Not killed, of the sample", [one for one in outcome.sampled if one.word is not Word.KILLED])
    lines += _listed("Known only to the recorded answers", [one for one in outcome.mutants if one.judge == TIERS[-1]])
    return "\n".join(lines) + "\n"


def _listed(title: str, mutants: Sequence[Mutant]) -> list[str]:
    return ["", f"## {title}: {len(mutants)}", "", *(row_of(one, one.judge or one.word) for one in sorted(mutants))]
