"""The second prover: it runs the unmodified kernels on z3's numbers and follows every branch.

A lemma's arguments are symbolic integers. Wherever the kernel or the lemma compares, both answers that are possible
are followed, each on a path of its own; a claim holds when no path that meets the assumptions ends false or breaks.
Integers are unbounded, quotients of `/` are exact rationals. A branch about which z3 gives up is followed too, so that
giving up never proves anything. Work is bounded by paths and by z3's own resource units: words repeat.

It shares with CrossHair the solver and nothing else: neither how Python is followed, nor how numbers are made.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import z3

from specs.lemma import Lemma

PATHS = 20_000
"""How many paths are followed at most."""
SOLVER_UNITS = 1_500_000
"""z3's budget for one question, in its own units."""
SEEDS = (0, 1, 2, 3, 4)
"""Where z3 starts, one after the other while it gives up."""
STEPS = 300
"""How many branches one path may have: an endless loop is one path."""
VALUES = 64
"""How many values a symbolic index may stand for."""

Conditions: TypeAlias = list[z3.BoolRef]
Step: TypeAlias = tuple[bool, z3.BoolRef]
Fork: TypeAlias = tuple[list[Step], z3.ModelRef | None]


class GaveUp(Exception):
    """The prover cannot say: the reason is its text."""


class Unmet(Exception):
    """Nothing meets the assumptions: the claim is about nothing."""


class Refuted(Exception):
    """A path ends false, or breaks: the arguments that lead there."""

    def __init__(self, arguments: dict[str, int]) -> None:
        super().__init__(str(arguments))
        self.arguments = arguments


def _asked(conditions: Conditions) -> tuple[z3.CheckSatResult, z3.Solver]:
    """Ask z3, within its budget and from one start after the other, whether the conditions can all be met."""
    for seed in SEEDS:
        solver = z3.Solver()
        solver.set("rlimit", SOLVER_UNITS)
        solver.set("random_seed", seed)
        solver.add(*conditions)
        told = solver.check()
        if told != z3.unknown:
            break
    return told, solver


class Path:
    """One path: the answers it repeats, then those it gives, and what they say about the arguments.

    `model`: arguments that lead along it, where z3 found some.
    """

    def __init__(self, script: list[Step], model: z3.ModelRef | None = None) -> None:
        self.script = script
        self.model = model
        self.taken: list[Step] = []
        self.forks: list[Fork] = []

    def decide(self, condition: Callable[[], z3.BoolRef]) -> bool:
        """Answer a comparison; where both answers are possible, the other one becomes a path of its own."""
        if len(self.taken) < len(self.script):
            self.taken.append(self.script[len(self.taken)])
            return self.taken[-1][0]
        if len(self.taken) >= STEPS:
            raise GaveUp(f"a path has more than {STEPS} branches")
        met = z3.simplify(condition())
        failed = z3.simplify(z3.Not(met))
        answer, model = self._possible(met)
        if answer:
            also, other = self._possible(failed)
            if also:
                self.forks.append(([*self.taken, (False, failed)], other))
            self.model = model
        self.taken.append((answer, met if answer else failed))
        return answer

    def conditions(self) -> Conditions:
        """Return what the answers so far say about the arguments."""
        return [condition for _, condition in self.taken if not z3.is_true(condition)]

    def _possible(self, condition: z3.BoolRef) -> tuple[bool, z3.ModelRef | None]:
        """Tell whether a condition can be met beside the others, or z3 can't say, and by what, where it is known.

        Numbers alone, and what the arguments at hand show, need no question.
        """
        if z3.is_false(condition):
            return False, None
        if z3.is_true(condition) or (self.model is not None and z3.is_true(self.model.eval(condition, True))):
            return True, self.model
        told, solver = _asked([*self.conditions(), condition])
        return told != z3.unsat, solver.model() if told == z3.sat else None

    def ended(self) -> tuple[z3.CheckSatResult, z3.ModelRef | None]:
        """Tell whether arguments lead to the path's end, and which."""
        if self.model is not None:
            return z3.sat, self.model
        told, solver = _asked(self.conditions())
        return told, solver.model() if told == z3.sat else None


class Number:
    """A symbolic number: integer, or the exact rational that a `/` gave."""

    def __init__(self, path: Path, term: Any) -> None:
        self.path, self.term = path, term

    def _with(self, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
        """Combine with another number; what is none is left to the other operand."""
        if isinstance(other, Number):
            return Number(self.path, operation(self.term, other.term))
        if isinstance(other, int):
            return Number(self.path, operation(self.term, z3.IntVal(int(other))))
        if isinstance(other, (Decimal, float)):
            return Number(self.path, operation(self.term, z3.RealVal(str(Fraction(other)))))
        return NotImplemented

    def _decided(self, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
        """Compare with another number: the answer is a plain bool."""
        if isinstance(other, (Number, int, Decimal, float)):
            return self.path.decide(lambda: self._with(other, operation).term)
        return NotImplemented

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a * b)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Number:
        return Number(self.path, -self.term)

    def __abs__(self) -> Number:
        return -self if self < 0 else self

    def __floordiv__(self, other: Any) -> Any:
        """Divide as Python does, towards minus infinity; z3's integer quotient does so for positive divisors."""
        return -self // -other if self._of(other) < 0 else self._with(self._nonzero(other), lambda a, b: a / b)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._of(other) // self

    def __mod__(self, other: Any) -> Any:
        return self - self // other * other

    def __truediv__(self, other: Any) -> Any:
        return self._with(self._nonzero(other), lambda a, b: _real(a) / _real(b))

    def __rtruediv__(self, other: Any) -> Any:
        return self._of(other) / self

    def __rpow__(self, other: int) -> Any:
        return other ** self.__index__()

    def __index__(self) -> int:
        """Return the one value that it has on this path; other values are paths of their own."""
        for size in range(VALUES):
            for value in {size, -size}:
                if self == value:
                    return value
        raise GaveUp(f"an index has more than {VALUES} values")

    def _of(self, other: Any) -> Number:
        """Make a number of anything that is one."""
        return other if isinstance(other, Number) else Number(self.path, z3.IntVal(0)) + other

    def _nonzero(self, other: Any) -> Any:
        if other == 0:
            raise ZeroDivisionError("division by zero")
        return other

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __eq__(self, other: object) -> Any:
        return self._decided(other, lambda a, b: a == b)

    def __ne__(self, other: object) -> Any:
        return self._decided(other, lambda a, b: a != b)

    def __lt__(self, other: Any) -> Any:
        return self._decided(other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Any:
        return self._decided(other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Any:
        return self._decided(other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> Any:
        return self._decided(other, lambda a, b: a >= b)


def _real(term: Any) -> Any:
    return z3.ToReal(term) if z3.is_int(term) else term


def prove(lemma: Lemma, paths: int = PATHS) -> int:
    """Follow every path of a lemma and return how many met its assumptions.

    Raises Refuted with the arguments of a path that ends false or breaks, GaveUp where neither can be shown, and
    Unmet where there was nothing to show.
    """
    waiting: list[Fork] = [([], None)]
    met, shown, doubt = 0, False, ""
    for _ in range(paths):
        if not waiting:
            break
        path = Path(*waiting.pop())
        outcome = _followed(lemma, path)
        waiting.extend(path.forks)
        if outcome is None:
            continue
        met += 1
        if outcome and shown:
            continue
        told, model = path.ended()
        if model is not None and not outcome:
            raise Refuted(_values(lemma, model))
        shown = shown or model is not None
        if told == z3.unknown and not outcome:
            doubt = "z3 gave up on a path that ends false"
    if waiting:
        raise GaveUp(f"it has more than {paths} paths")
    if met == 0:
        raise Unmet("nothing meets its assumptions: the claim is about nothing")
    if doubt or not shown:
        raise GaveUp(doubt or "nothing was found that meets its assumptions")
    return met


def _followed(lemma: Lemma, path: Path) -> bool | None:
    """Follow one path: whether the claim is true at its end, False where it breaks; None: the assumptions are not met.

    What breaks because a symbolic number is no int shows as arguments on which plain Python does not break.
    """
    arguments = {name: _argument(path, name, kind) for name, kind in _kinds(lemma).items()}
    scope = {**vars(sys.modules[lemma.claim.__module__]), **arguments}
    if not all(eval(assumption, scope) for assumption in lemma.assumptions):
        return None
    try:
        return bool(lemma.claim(**arguments))
    except GaveUp:
        raise
    except Exception:
        return False


def _kinds(lemma: Lemma) -> dict[str, str]:
    """Return the arguments of a lemma with their types' names."""
    return {name: str(one.annotation) for name, one in inspect.signature(lemma.claim).parameters.items()}


def _argument(path: Path, name: str, kind: str) -> Any:
    """Make a symbolic integer, or one of the two bools."""
    return path.decide(lambda: z3.Bool(name)) if kind == "bool" else Number(path, z3.Int(name))


def _values(lemma: Lemma, model: z3.ModelRef) -> dict[str, int]:
    """Read the arguments off a model."""
    values: dict[str, int] = {}
    for name, kind in _kinds(lemma).items():
        if kind == "bool":
            values[name] = bool(z3.is_true(model.eval(z3.Bool(name), model_completion=True)))
        else:
            values[name] = int(model.eval(z3.Int(name), model_completion=True).as_long())
    return values
