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
from mmgate.ports.command import for_a_shell
from mmgate.ports.process import CallRefused, PortMaker
from mmgate.ports.sketch import SAMPLES, odd_action, unknown_fields, unlike_sample
from mmgate.ports.waiting import end_waiting
from model.actions import Place, QueryOpenOrders, Side
from model.codec import show
from model.config import MakerConfig
from model.events import Fill, OpenOrders, Oracle, Position, Resting, Start, TakerFill, Timer
from model.journal import Reply
from model.market import Market

SATURDAY_MS = 1_770_465_600_000
"""7 February 2026, 12:00 UTC: inside the quoting window."""
MARKET = Market("xyz:GOLD", 4)
START = Start(
    SATURDAY_MS, 1, MakerConfig(enabled=True, size_per_level_usd=Decimal(50), max_position_usd=Decimal(500)), (MARKET,)
)
WAIT_MS = 5_500
"""After that the reference asks for open orders a second time, and quotes once it is answered (S-5)."""
PRICE = Oracle(SATURDAY_MS + WAIT_MS + 1_000, MARKET.name, Decimal("4966.1"), Decimal("4966.4"))
FILL = TakerFill(
    PRICE.now_ms + 500, MARKET.name, None, None, PRICE.now_ms + 400, 71, Side.BUY, Decimal(4966), Decimal("0.01")
)
TIMER = Timer(PRICE.now_ms + 750)
SECOND_MS = 60_000
"""So much later a second life begins."""
SHOWN_LENGTH = 2_000
STDERR_ENDS = 5
"""So many lines are shown of the beginning of what a port wrote to stderr, and of its end."""
Say = Callable[[str], None]


def smoke(command: str, timeout_s: float, say: Say) -> bool:
    """Talk to a port and explain it; false when it broke the protocol. Raises InputRefused if it is not there."""
    strange = for_a_shell(command)
    if strange:
        say(f"note      no shell reads the command line: {_listed(strange)} go to the program as they are")
    with TemporaryDirectory() as folder:
        stderr = Path(folder) / "stderr.txt"
        try:
            with PortMaker(command, timeout_s, stderr) as port:
                _Talk(port, say).explain()
                port.leave()
        except PortFault as finding:
            _tell(finding, _some_lines(stderr), say)
            return False
        finally:
            end_waiting()
    say("bye       the process ended; none of its children is left")
    return True


class _Talk:
    """The conversation with one port: what it declared is asked, and each answer explained."""

    def __init__(self, port: PortMaker, say: Say) -> None:
        self._port, self._say = port, say
        self._mine: set[str] = set()
        self._used: set[str] = set()
        self._strange: set[str] = set()

    def explain(self) -> None:
        """Say what each answer holds. Raises PortFault at the first that breaks the protocol."""
        port, hello = self._port, self._port.hello
        self._introduce()
        first = self._life(f"a life with one market, {MARKET.name}, nothing open", START)
        if "attribution" in hello.features:
            self._fills(next((one for one in first.actions if isinstance(one, Place)), None))
        self._told_at_once()
        if "books" in hello.features:
            books = port.books()
            assert books is not None
            self._say(f"call      books: {len(books.orders)} orders, {len(books.positions)} positions")
        for fn in [name for name in SAMPLES if name in hello.calls]:
            _ask(port, fn)
            self._say(f"call      {fn}: answered in the shape that the protocol asks for")
        self._mine = set()
        again = replace(START, life=2, now_ms=SATURDAY_MS + SECOND_MS)
        self._life(f"a second life in {'the same' if hello.restartable else 'a new'} process", again)

    def _life(self, what: str, start: Start) -> Reply:
        """Begin a life, answer its queries (L-7: two, five seconds apart), tell it a price; give the reply to that."""
        port, now_ms = self._port, start.now_ms
        begun = port.start(start)
        self._tell(f"start     {what}", begun)
        self._answer(begun, now_ms)
        timer = Timer(now_ms + WAIT_MS)
        later = port.handle(timer)
        self._tell(f"event     a timer {WAIT_MS} ms later", later)
        self._answer(later, timer.now_ms)
        reply = port.handle(replace(PRICE, now_ms=now_ms + PRICE.now_ms - START.now_ms))
        self._tell(f"event     oracle {PRICE.oracle_px}, mark {PRICE.mark_px}", reply)
        return reply

    def _answer(self, reply: Reply, sent_ms: int) -> None:
        """Answer the query for open orders, if a reply holds one: nothing is open."""
        if any(isinstance(action, QueryOpenOrders) for action in reply.actions):
            nothing = OpenOrders(sent_ms + 100, sent_ms, (), (Position(MARKET.name, Decimal(0)),))
            self._tell("event     open_orders, as it asked: none, no position", self._port.handle(nothing))

    def _fills(self, order: Place | None) -> None:
        """Tell a fill of its own order, if it placed one, and one of another strategy's; read whose they were."""
        port, t_ms = self._port, PRICE.now_ms + 200
        if order is not None:
            who = (order.market, order.cloid, 101)
            self._tell("event     its order rests", port.handle(Resting(t_ms, *who, order.px, order.sz)))
            filled = port.handle(Fill(t_ms + 100, *who, t_ms + 50, 70, order.side, order.px, order.sz))
            if not filled.mm_fill:
                told = "is not told" if filled.mm_fill is None else "is false"
                raise port.wrong("wrong_type", f"{told} for a fill of {order.cloid}, which it placed", "mm_fill")
            self._tell("event     its order is filled", filled)
        other = port.handle(FILL)
        if other.mm_fill:
            raise port.wrong("wrong_type", "is true for an order that is not the port's", "mm_fill")
        self._tell("event     another strategy's order is filled", other)

    def _introduce(self) -> None:
        hello = self._port.hello
        self._say(f"hello     it is {shown(self._port.name)} and {'' if hello.restartable else 'not '}restartable")
        self._say(f"          features: {_names(hello.features, messages.FEATURES)}")
        self._say(f"          calls: {_names(hello.calls, messages.CALLS)}; ignores: {_names(hello.ignores, ())}")
        strange = sorted((hello.features - set(messages.FEATURES)) | (hello.calls - set(messages.CALLS)))
        if strange:
            self._say(f"          not in the protocol, so they count for nothing: {_listed(strange)}")

    def _told_at_once(self) -> None:
        """Tell two events in one request, which a port need not take."""
        what = "events    2 at once"
        try:
            replies = self._port.handle_all((TIMER, replace(PRICE, now_ms=PRICE.now_ms + 1_000)))
        except CallRefused as refusal:
            if refusal.code != show("unknown_kind"):
                raise self._port.wrong("refused", refusal.code, "error") from None
            self._say(f"{what}: not offered (unknown_kind); the gate tells them one by one")
            return
        answers = "; then ".join(self._held(reply, f"replies[{at}]") for at, reply in enumerate(replies))
        self._say(f"{what}: {answers}")

    def _tell(self, what: str, reply: Reply) -> None:
        """Say what a reply holds, and which of its fields nobody reads."""
        self._say(f"{what}: {self._held(reply)}")
        strange = [name for name in unknown_fields(reply, self._port.answered) if name not in self._strange]
        if strange:
            self._strange.update(strange)
            self._say(f"          not in the protocol, so they count for nothing: {_plain(strange)}")

    def _held(self, reply: Reply, place: str = "") -> str:
        """Count what a reply holds. Raises PortFault if an action can't be meant."""
        wrong = odd_action(reply, MARKET.name, self._mine, self._used)
        if wrong is not None:
            found = wrong.below(place) if place else wrong
            raise self._port.wrong("wrong_action", found.text, found.path)
        counts: dict[str, int] = {}
        for action in reply.actions:
            name = type(action).__name__
            counts[name] = counts.get(name, 0) + 1
        actions = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no action"
        owned = "" if reply.mm_fill is None else f"mm_fill {str(reply.mm_fill).lower()}; "
        return f"{owned}{actions}; {len(reply.log)} log lines"


def _ask(port: PortMaker, fn: str) -> None:
    """Ask one function that it declares. Raises PortFault."""
    try:
        wrong = unlike_sample(fn, port.call(fn, SAMPLES[fn]))
    except CallRefused as refusal:
        raise port.wrong("refused", f"{refusal.code}, although the call {fn} is declared", "error") from None
    if wrong is not None:
        raise port.wrong("wrong_type", wrong.text, wrong.path)


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


def _some_lines(path: Path) -> list[str]:
    """Read the beginning and the end of what it wrote: the error is in the one or in the other."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="backslashreplace").splitlines()
    told = [line for line in lines if line.strip()]
    left_out = len(told) - 2 * STDERR_ENDS
    if left_out <= 0:
        return told
    return [*told[:STDERR_ENDS], f"… {left_out} lines", *told[-STDERR_ENDS:]]


def _listed(names: list[str]) -> str:
    return ", ".join(map(shown, names))


def _plain(names: list[str]) -> str:
    return ", ".join(shown(name).strip('"') for name in dict.fromkeys(names))


def _names(names: frozenset[str], known: tuple[str, ...]) -> str:
    ordered = [name for name in known if name in names] + [shown(name) for name in sorted(names.difference(known))]
    return ", ".join(ordered) or "none"


def printable(text: str) -> str:
    """Strip what a terminal would obey rather than show."""
    return "".join(char if char.isprintable() else "�" for char in text)
