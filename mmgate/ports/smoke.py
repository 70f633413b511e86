"""The first conversation with a port, explained message by message: all that it declares is asked once.

Where it breaks off, a port's developer reads the request as it was sent, what came back, the field that is wrong,
and what the protocol asks for instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from mmgate.inputs import shown
from mmgate.ports import messages
from mmgate.ports.advice import advice
from mmgate.ports.child import PortFault
from mmgate.ports.process import CallRefused, PortMaker
from mmgate.ports.sketch import SAMPLES, odd_action, unlike_sample
from model.actions import Side
from model.config import MakerConfig
from model.events import Oracle, Start, TakerFill
from model.journal import Reply
from model.market import Market

SATURDAY_MS = 1_770_465_600_000
"""7 February 2026, 12:00 UTC: inside the quoting window."""
MARKET = Market("xyz:GOLD", 4)
START = Start(SATURDAY_MS, 1, MakerConfig(enabled=True, size_per_level_usd=Decimal(50)), (MARKET,))
PRICE = Oracle(SATURDAY_MS + 1_000, MARKET.name, Decimal("4966.1"), Decimal("4966.4"))
FILL = TakerFill(
    SATURDAY_MS + 1_500, MARKET.name, None, None, SATURDAY_MS + 1_400, 71, Side.BUY, Decimal(4966), Decimal("0.01")
)
SHOWN_LENGTH = 2_000
STDERR_LINES = 5
Say = Callable[[str], None]


def smoke(command: str, timeout_s: float, say: Say) -> bool:
    """Talk to a port and explain it; false when it broke the protocol. Raises InputRefused if it is not there."""
    with TemporaryDirectory() as folder:
        stderr = Path(folder) / "stderr.txt"
        try:
            with PortMaker(command, timeout_s, stderr) as port:
                _explain(port, say)
                port.leave()
        except PortFault as finding:
            _tell(finding, _last_lines(stderr), say)
            return False
    say("bye       the process ended; none of its children is left")
    return True


def _explain(port: PortMaker, say: Say) -> None:
    hello = port.hello
    say(f"hello     it is {shown(port.name)} and {'' if hello.restartable else 'not '}restartable")
    say(f"          features: {_names(hello.features, messages.FEATURES)}")
    say(f"          calls: {_names(hello.calls, messages.CALLS)}; ignores: {_names(hello.ignores, ())}")
    strange = sorted((hello.features - set(messages.FEATURES)) | (hello.calls - set(messages.CALLS)))
    if strange:
        say(f"          not in the protocol, so they count for nothing: {', '.join(map(shown, strange))}")
    names: set[str] = set()
    say(f"start     a life with one market, {MARKET.name}, nothing open: {_answer(port, port.start(START), names)}")
    say(f"event     oracle {PRICE.oracle_px}, mark {PRICE.mark_px}: {_answer(port, port.handle(PRICE), names)}")
    if "attribution" in hello.features:
        say(f"event     a fill of another strategy's order: {_attributed(port, port.handle(FILL), names)}")
    if "books" in hello.features:
        books = port.books()
        assert books is not None
        say(f"call      books: {len(books.orders)} orders, {len(books.positions)} positions")
    for fn in [name for name in SAMPLES if name in hello.calls]:
        _ask(port, fn)
        say(f"call      {fn}: answered in the shape that the protocol asks for")
    if hello.restartable:
        again = replace(START, life=2, now_ms=SATURDAY_MS + 60_000)
        say(f"start     a second life in the same process: {_answer(port, port.start(again), set())}")


def _ask(port: PortMaker, fn: str) -> None:
    """Ask one function that it declares. Raises PortFault."""
    try:
        wrong = unlike_sample(fn, port.call(fn, SAMPLES[fn]))
    except CallRefused as refusal:
        raise port.wrong("refused", f"{refusal.code}, although the call {fn} is declared", "error") from None
    if wrong is not None:
        raise port.wrong("wrong_type", wrong.text, wrong.path)


def _attributed(port: PortMaker, reply: Reply, names: set[str]) -> str:
    """Read whose fill it was. Raises PortFault if the port does not tell, or takes it for its own."""
    if reply.mm_fill is None:
        raise port.wrong("wrong_type", "is not told, although the feature attribution is declared", "mm_fill")
    if reply.mm_fill:
        raise port.wrong("wrong_type", "is true for an order that is not the port's", "mm_fill")
    return f"mm_fill false; {_answer(port, reply, names)}"


def _answer(port: PortMaker, reply: Reply, names: set[str]) -> str:
    """Count what a reply holds; `names`: the cloids of this life. Raises PortFault if an action can't be meant."""
    wrong = odd_action(reply, MARKET.name, names)
    if wrong is not None:
        raise port.wrong("wrong_action", wrong.text, wrong.path)
    counts: dict[str, int] = {}
    for action in reply.actions:
        name = type(action).__name__
        counts[name] = counts.get(name, 0) + 1
    actions = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no action"
    return f"{actions}; {len(reply.log)} log lines"


def _tell(finding: PortFault, stderr: list[str], say: Say) -> None:
    """Say what broke, with both messages and what the protocol asks for."""
    wanted, section = advice(finding)
    say(f"broken    {finding.kind}: {printable(finding.text)}")
    say(f"  asked     {_cut(finding.asked)}")
    say(f"  answered  {_cut(finding.answered) if finding.answered else 'no whole line'}")
    say(f"  wanted    {wanted}")
    say(f"  see       {section}")
    for line in stderr:
        say(f"  stderr    {_cut(line)}")
    before = finding.transcript[: -2 if finding.answered else -1]
    if before:
        say("before it (→ to the port, ← from it):")
    for line in before:
        say(f"  {printable(line)}")


def _cut(text: str) -> str:
    shortened = text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}… ({len(text)} characters)"
    return printable(shortened)


def _last_lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="backslashreplace").splitlines()
    return [line for line in lines if line.strip()][-STDERR_LINES:]


def _names(names: frozenset[str], known: tuple[str, ...]) -> str:
    ordered = [name for name in known if name in names] + [shown(name) for name in sorted(names.difference(known))]
    return ", ".join(ordered) or "none"


def printable(text: str) -> str:
    """Strip what a terminal would obey rather than show."""
    return "".join(char if char.isprintable() else "�" for char in text)
