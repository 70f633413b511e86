"""A lemma: one claim on kernels that a symbolic engine can confirm or refute, and the register of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

Claim: TypeAlias = Callable[..., bool]


@dataclass(frozen=True, slots=True)
class Lemma:
    """One claim: the spec it serves, and the kernel functions that it exercises, as `module.function` of `model`.

    `beyond`: why CrossHair is not asked, so that the second prover alone is; "" where both can be.
    """

    spec_id: str
    kernels: tuple[str, ...]
    claim: Claim
    beyond: str = ""

    @property
    def name(self) -> str:
        """The lemma's name: its function's."""
        return self.claim.__name__

    @property
    def statement(self) -> str:
        """What is claimed, in a sentence: the first line of its function's docstring."""
        return (self.claim.__doc__ or "").strip().partition("\n")[0]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed, as expressions over the claim's arguments: the `pre:` lines of its docstring."""
        lines = [line.strip() for line in (self.claim.__doc__ or "").splitlines()]
        return tuple(line.removeprefix("pre:").strip() for line in lines if line.startswith("pre:"))


class Lemmas:
    """A register of lemmas, in reading order."""

    def __init__(self) -> None:
        self._lemmas: list[Lemma] = []

    def __iter__(self) -> Iterator[Lemma]:
        return iter(self._lemmas)

    def __len__(self) -> int:
        return len(self._lemmas)

    def register(self, spec_id: str, *kernels: str, beyond: str = "") -> Callable[[Claim], Claim]:
        """Register a claim for a spec; the function itself stays as it is."""

        def keep(claim: Claim) -> Claim:
            self._lemmas.append(Lemma(spec_id, kernels, claim, beyond))
            return claim

        return keep
