"""The first conversation with a port, explained message by message: greet, begin a life, one price, bye."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from mmgate.inputs import shown
from mmgate.ports import messages
from mmgate.ports.child import PortFault
from mmgate.ports.process import PortMaker
from model.config import MakerConfig
from model.events import Oracle, Start
from model.journal import Reply
from model.market import Market

SATURDAY_MS = 1_770_465_600_000
"""7 February 2026, 12:00 UTC: inside the quoting window."""
MARKET = Market("xyz:GOLD", 4)
START = Start(SATURDAY_MS, 1, MakerConfig(enabled=True, size_per_level_usd=Decimal(50)), (MARKET,))
PRICE = Oracle(SATURDAY_MS + 1_000, MARKET.name, Decimal("4966.1"), Decimal("4966.4"))


def smoke(command: str, timeout_s: float, say: Callable[[str], None]) -> bool:
    """Talk to a port and explain it; false when it broke the protocol. Raises InputRefused if it is not there."""
    try:
        with PortMaker(command, timeout_s) as port:
            _explain(port, say)
    except PortFault as finding:
        say(f"broken    {finding.kind}: {printable(finding.text)}")
        say("the last lines (→ to the port, ← from it):")
        for line in finding.transcript:
            say(f"  {printable(line)}")
        return False
    say("bye       the process ended; none of its children is left")
    return True


def _explain(port: PortMaker, say: Callable[[str], None]) -> None:
    hello = port.hello
    say(f"hello     it is {shown(port.name)} and {'' if hello.restartable else 'not '}restartable")
    say(f"          features: {_names(hello.features, messages.FEATURES)}")
    say(f"          calls: {_names(hello.calls, messages.CALLS)}; ignores: {_names(hello.ignores, ())}")
    say(f"start     a life with one market, {MARKET.name}, nothing open: {_answer(port.start(START))}")
    say(f"event     oracle {PRICE.oracle_px}, mark {PRICE.mark_px}: {_answer(port.handle(PRICE))}")
    if "books" in hello.features:
        books = port.books()
        assert books is not None
        say(f"call      books: {len(books.orders)} orders, {len(books.positions)} positions")


def _names(names: frozenset[str], known: tuple[str, ...]) -> str:
    ordered = [name for name in known if name in names] + [shown(name) for name in sorted(names.difference(known))]
    return ", ".join(ordered) or "none"


def _answer(reply: Reply) -> str:
    """Count what a reply holds."""
    counts: dict[str, int] = {}
    for action in reply.actions:
        name = type(action).__name__
        counts[name] = counts.get(name, 0) + 1
    actions = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no action"
    return f"{actions}; {len(reply.log)} log lines"


def printable(text: str) -> str:
    """Strip what a terminal would obey rather than show."""
    return "".join(char if char.isprintable() else "�" for char in text)
