"""Run the mutation tester over the model and judge what it found: `python -m mutation [--children N] [--out FOLDER]`.

Exit code 0: the bound is kept; 1: it is not; 4: the tester did not do its work.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

from mutation.found import mutants_of, names_of
from mutation.reasons import reasons_in
from mutation.report import COLUMNS, Outcome, faults, table, written
from mutation.scope import MODULES, NOT_SAMPLED, ROOT, SAMPLE, SAMPLE_SEED
from mutation.workspace import lay_out

BROKEN = 4


def asked() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="mutants tried at once")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "mutation", help="folder of the run")
    parser.add_argument("--again", action="store_true", help="keep the folder: report what it holds, run nothing")
    return parser.parse_args()


def tested(work: Path, names: list[str], children: int) -> None:
    """Let the tester try these mutants; its own words go to a log beside the folder. Raises CalledProcessError."""
    tester = Path(sys.executable).with_name("mutmut")
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    with (work.parent / "mutmut.log").open("a", encoding="utf-8") as log:
        command = [str(tester), "run", "--max-children", str(children), *names]
        subprocess.run(command, cwd=work, env=environment, stdout=log, stderr=log, check=True)


def sample_of(folder: Path) -> tuple[dict[str, list[str]], int]:
    """Draw the sample of the other modules' mutants: names by module, and of how many."""
    others = sorted({path.name.partition(".")[0] for path in folder.glob("*.py.meta")} - set(MODULES) - NOT_SAMPLED)
    names = {module: names_of(folder, module) for module in others}
    everything = [(module, name) for module in others for name in names[module]]
    drawn = random.Random(SAMPLE_SEED).sample(everything, min(SAMPLE, len(everything)))
    return {module: sorted(name for one, name in drawn if one == module) for module in others}, len(everything)


def outcome_of(work: Path) -> Outcome:
    """Read what became of all mutants."""
    folder, notes = work / "mutants" / "model", work / "notes"
    sample, others = sample_of(folder)
    return Outcome(
        tuple(mutant for module in MODULES for mutant in mutants_of(folder, module, notes)),
        tuple(m for module, names in sample.items() for m in mutants_of(folder, module, notes, frozenset(names))),
        others,
        reasons_in(ROOT / "docs" / "escapes.md"),
    )


def main() -> int:
    """Lay out the folder, run, report."""
    wanted = asked()
    out, work = wanted.out.resolve(), wanted.out.resolve() / "work"
    began = time.monotonic()
    if not wanted.again:
        out.mkdir(parents=True, exist_ok=True)
        (out / "mutmut.log").unlink(missing_ok=True)
        lay_out(work)
        try:
            tested(work, [f"model.{module}.*" for module in MODULES], wanted.children)
            sample, _ = sample_of(work / "mutants" / "model")
            tested(work, [name for names in sample.values() for name in names], wanted.children)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"mutation: the tester failed ({error}); see {out / 'mutmut.log'}", file=sys.stderr)
            return BROKEN
    outcome = outcome_of(work)
    (out / "report.md").write_text(written(outcome), encoding="utf-8")
    told(outcome, out, time.monotonic() - began)
    return 1 if faults(outcome) else 0


def told(outcome: Outcome, out: Path, wall_s: float) -> None:
    """Print the table, what is wrong, and what it cost; the cost is in no file that is compared."""
    lines = [COLUMNS, *table(outcome)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(COLUMNS))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    for fault in faults(outcome):
        print(f"✗ {fault}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = f"{wall_s / 60:.1f} min, processor time {(used.ru_utime + used.ru_stime) / 60:.1f} min"
    print(f"{cost}; report: {out / 'report.md'}")


if __name__ == "__main__":
    sys.exit(main())
