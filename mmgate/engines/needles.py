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
from collections.abc import Mapping

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
        assumed = all(eval(assumption, {**scope, **arguments}) for assumption in lemma.assumptions)
        if assumed and not lemma.claim(**arguments):
            raise Found(arguments)

    try:
        with steady_examples():
            holds()
    except Found as found:
        return refuted(lemma, found.arguments, NEEDLES)
    except Exception as error:  # a kernel, or what draws for it, that breaks down has answered nothing
        return Finding(lemma.name, Word.ERROR, f"the search for needles broke down: {type(error).__name__}: {error}")
    return Finding(lemma.name, Word.INCONCLUSIVE, f"no counterexample among {cases} cases", provers=(NEEDLES,))
