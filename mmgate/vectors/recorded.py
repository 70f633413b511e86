"""The reference, writing down what it is told and what it answers: whatever tells it a life makes a trace of it."""

from __future__ import annotations

from mmgate.identity import config_data
from mmgate.ports.calls import plain
from mmgate.ports.messages import WIRE
from mmgate.ports.pairing import codes
from mmgate.vectors.ask import USUAL
from mmgate.vectors.case import TRACE, Case, Compare, Data
from model.config import MakerConfig
from model.events import Event, Start
from model.journal import BookedPosition, Books, Reply
from model.maker import FEATURES, Reference


class Recorded:
    """A maker that keeps its steps and answers; positions are told with the answer that changed them."""

    name = "reference"
    features = FEATURES

    def __init__(self) -> None:
        self.steps: list[Data] = []
        self.answers: list[Data] = []
        self.asks: list[Data] = []
        self._maker = Reference()
        self._held: tuple[BookedPosition, ...] = ()

    def start(self, start: Start) -> Reply:
        """Begin a new life."""
        self.steps.append(step_data(start))
        return self._heard(self._maker.start(start), begins=True)

    def handle(self, event: Event) -> Reply:
        """Answer one event."""
        self.steps.append(step_data(event))
        return self._heard(self._maker.handle(event))

    def must_ask(self, since: int) -> None:
        """Say that from that step to the last one a maker must ask for open orders at least once."""
        asked = [step for step in self.answers[since:] if {"type": "query_open_orders"} in step["actions"]]
        assert asked, "the reference itself does not ask there"
        self.asks.append({"first": since, "last": len(self.steps) - 1})

    def books(self) -> Books:
        """Tell what it believes."""
        return self._maker.books()

    def _heard(self, reply: Reply, *, begins: bool = False) -> Reply:
        answer = reply_data(reply)
        held = self._maker.books().positions
        if held != self._held and not (begins and all(one.net == 0 for one in held)):
            answer["positions"] = [plain(one) for one in held]
        self._held = held
        self.answers.append(answer)
        return reply

    def case(
        self, name: str, why: str, rules: str, specs: str, origin: str, *, seed: int | None = None, logs: bool = True
    ) -> Case:
        """Return what was recorded as a vector: all steps, all answers, the books at the end.

        `logs`: the codes of the log are compared, too.
        """
        asks = {"asks": self.asks} if self.asks else {}
        return Case(
            id=f"{TRACE}/{name}",
            kind=TRACE,
            description=why,
            rules=tuple(rules.split()),
            specs=tuple(specs.split()),
            origin=origin,
            compare=Compare.ACTIONS_AND_LOG if logs else Compare.ACTIONS,
            input={"steps": self.steps},
            expected={"replies": self.answers, "books": plain(self.books()), **asks},
            seed=seed,
        )


def changed(config: MakerConfig) -> Data:
    """Return what a config says beside the defaults."""
    return {key: value for key, value in config_data(config).items() if value != USUAL[key]}


def step_data(told: Start | Event) -> Data:
    """Write one step of a trace: the beginning of a life, its config without the defaults, or an event."""
    if not isinstance(told, Start):
        return {"now_ms": told.now_ms, "event": WIRE.to_data(told)}
    start = {**WIRE.to_data(told), "config": changed(told.config)}
    del start["type"]
    return {"start": start}


def reply_data(reply: Reply) -> Data:
    """Write an answer: its actions, the codes of the rules that it logged, and its attribution of a fill."""
    actions = [WIRE.to_data(action) for action in reply.actions]
    return {"actions": actions, "codes": list(codes(reply)), "mm_fill": reply.mm_fill}
