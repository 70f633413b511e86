"""Looking for needles: Hypothesis draws a lemma's arguments with CrossHair behind it (`backend="crosshair"`).

CrossHair lets Hypothesis' integers stay symbolic and steers them into branches that chance does not meet: a kernel
that errs at one price of a thousand million. It proves nothing: what it does not find is left open. On the properties
of whole ladders, which draw decimals, it finds nothing that chance does not (docs/performance.md), so it is asked
about the lemmas alone.
"""

from __future__ import annotations

import importlib.util
import sys
import typing
from collections.abc import Callable, Mapping

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mmgate.engines.lemma_words import Finding, refuted
from mmgate.engines.steady import steady_examples
from specs.lemma import Lemma
from specs.spec import Word

NEEDLES = "Hypothesis with CrossHair"
BACKEND, CHANCE = "crosshair", "hypothesis"
LARGEST = 10**9
"""How far from 0 an argument is drawn: prices of 10 000 in hundred-thousandths, times of twelve days."""


class Found(Exception):
    """A claim is false: the arguments that show it."""

    def __init__(self, arguments: Mapping[str, int]) -> None:
        super().__init__(str(dict(arguments)))
        self.arguments = dict(arguments)


def is_here() -> bool:
    """Tell whether the backend is installed."""
    return importlib.util.find_spec("hypothesis_crosshair_provider") is not None


def searched(lemma: Lemma, cases: int, backend: str = BACKEND) -> Finding:
    """Draw at most so many cases of one lemma; a false one is a counterexample, none leaves the lemma open."""
    types = {name: kind for name, kind in typing.get_type_hints(lemma.claim).items() if name != "return"}
    scope = vars(sys.modules[lemma.claim.__module__])

    def refutes(arguments: Mapping[str, int]) -> bool:
        assumed = all(eval(assumption, {**scope, **arguments}) for assumption in lemma.assumptions)
        return assumed and not lemma.claim(**arguments)

    @seed(0)
    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        backend=backend,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(**{name: st.booleans() if kind is bool else st.integers(-LARGEST, LARGEST) for name, kind in types.items()})
    def holds(**arguments: int) -> None:
        if refutes(arguments):
            raise Found(arguments)

    try:
        with steady_examples():
            holds()
    except Found as found:
        return refuted(lemma, least(found.arguments, refutes), NEEDLES)
    except Exception as error:  # a kernel, or what draws for it, that breaks down has answered nothing
        return Finding(lemma.name, Word.ERROR, f"the search for needles broke down: {type(error).__name__}: {error}")
    return Finding(lemma.name, Word.INCONCLUSIVE, f"no counterexample among {cases} cases", provers=(NEEDLES,))


def least(arguments: Mapping[str, int], refutes: Callable[[Mapping[str, int]], bool]) -> dict[str, int]:
    """Bring each argument as near to 0 as its half allows, so that what is told hangs on the error, not on the solver.

    Which of many false arguments the solver meets first depends on how busy the machine is. Where the kernel breaks
    down nothing is refuted.
    """

    def still(tried: Mapping[str, int]) -> bool:
        try:
            return refutes(tried)
        except Exception:
            return False

    best = dict(arguments)
    for name, value in arguments.items():
        if isinstance(value, bool):
            continue
        fails, bears = -1, abs(value)
        while bears - fails > 1:
            tried = (fails + bears) // 2 if fails >= 0 else 0
            if still({**best, name: tried if value > 0 else -tried}):
                bears = tried
            else:
                fails = tried
        best[name] = bears if value > 0 else -bears
    return best
