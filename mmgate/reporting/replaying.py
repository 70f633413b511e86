"""How a replay reads: what it is of, step by step, and the word."""

from __future__ import annotations

import sys
from pathlib import Path

from mmgate.corpus import Case, Replay
from mmgate.identity import code_revision
from mmgate.reporting.console import console_for
from mmgate.reporting.json_report import as_text
from mmgate.reporting.words import clean
from mmgate.retracing import Retraced
from specs.catalogue import spec


def tell_replay(path: Path, found: Replay, as_json: bool = False, quiet: bool = False) -> None:
    """Print a replay for a person, with `quiet` its word only, or for a machine."""
    console = console_for(sys.stdout)
    case = found.case
    if as_json:
        seed_of = case.world.seed if isinstance(case, Case) else None
        told = {"spec": case.spec_id, "maker": clean(case.maker.label()), "seed": seed_of}
        steps = [clean(line) for line in found.steps]
        sys.stdout.write(as_text({**told, "word": found.word, "text": clean(found.text), "steps": steps}))
        return
    if quiet:
        console.print(f"{found.word}: {clean(found.text)}", soft_wrap=True)
        return
    seed = f" · seed {case.world.seed}" if isinstance(case, Case) else ""
    about = f"mmgate replay {path}  # code {code_revision()} · maker {case.maker.label()}{seed}"
    console.print(clean(about), soft_wrap=True)
    try:
        known = spec(case.spec_id)
        console.print(f"{known.id} {known.severity} {known.title}: {known.prose}", soft_wrap=True)
    except KeyError:
        console.print(f"{clean(case.spec_id)} is no spec of this version", soft_wrap=True)
    for line in found.steps:
        console.print(f"    {clean(line)}", soft_wrap=True)
    console.print(f"{found.word}: {clean(found.text)}", soft_wrap=True)


def tell_retraced(path: Path, found: Retraced, as_json: bool = False, quiet: bool = False) -> None:
    """Print what running a simulation's trace again gave."""
    if as_json:
        sys.stdout.write(as_text({"word": found.word, "text": clean(found.text), "trace_sha256": found.digest}))
        return
    console = console_for(sys.stdout)
    if not quiet:
        console.print(f"mmgate replay {clean(str(path))}  # code {code_revision()} · maker reference", soft_wrap=True)
    console.print(f"{found.word}: {clean(found.text)}", soft_wrap=True)
