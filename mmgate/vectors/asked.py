"""A set asked of a port: overheard case by case, the port started again where it broke.

A port that keeps breaking is given up: what was not asked of it is counted, and is no agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from mmgate.vectors.case import Case, Data
from mmgate.vectors.check import Subject, check, declared
from mmgate.vectors.lives import Result, Said
from mmgate.vectors.overheard import Exchange, Overheard
from model.journal import MakerFault

Keep = Callable[[Result, list[Exchange], int], None]
"""What is done with a case that differs, what was said for it, and from where on to the last process."""

MOST_BREAKS = 6
"""A port that broke in so many cases is not started again."""


class Asked:
    """A set asked of a port. Starts the port at once; close it, or use it as a context. Raises MakerFault."""

    def __init__(self, command: str, keep: Keep, stderr_path: Path | None = None) -> None:
        self._command, self._keep, self._stderr_path = command, keep, stderr_path
        self._broke: list[str] = []
        self._given_up = ""
        self._port = Overheard(command, stderr_path)
        hello = self._port.maker.hello
        self.name = f"port {self._port.name}"
        self._subject = Subject(self.name, hello.features, hello.calls, self._call, lambda: self._port)

    def check(self, cases: list[Case]) -> Iterator[Result | Case]:
        """Yield a result for each case; a case by itself is one whose subject was not declared."""
        for case in cases:
            if not declared(case, self._subject):
                yield case
            elif self._given_up:
                yield Result(case, Said.NOT_COMPARED, self._given_up)
            else:
                yield self._ask(case)

    def _ask(self, case: Case) -> Result:
        self._port.forget()
        (result,) = check([case], self._subject)
        assert isinstance(result, Result)
        if result.said is Said.DIFFERS:
            self._keep(result, self._port.said, self._port.since)
        if self._port.maker.fault is not None:
            self._again(case)
        return result

    def _call(self, fn: str, args: Data) -> object:
        return self._port.call(fn, args)

    def _again(self, case: Case) -> None:
        """Start the port again after it broke, unless it has too often."""
        self._broke.append(case.id)
        self.close()
        if len(self._broke) >= MOST_BREAKS:
            self._given_up = f"the port broke in {MOST_BREAKS} cases, first in {self._broke[0]}: it is not asked again"
            return
        try:
            self._port = Overheard(self._command, self._stderr_path)
        except MakerFault as fault:
            self._given_up = f"the port broke in {case.id} and can't be started again: {fault.kind}: {fault.text}"

    def close(self) -> None:
        """End the port."""
        self._port.close()

    def __enter__(self) -> Asked:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
