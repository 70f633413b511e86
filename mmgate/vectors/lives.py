"""Checking traces: a maker is told a life step by step, and each answer compared, its positions where they changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mmgate.inputs import InputRefused, shown
from mmgate.loading import config_from_data
from mmgate.ports.calls import plain
from mmgate.ports.messages import WIRE, read_event, read_start
from mmgate.ports.pairing import Mode, Names, difference
from mmgate.profiles import PHASES
from mmgate.vectors.agree import unlike
from mmgate.vectors.case import Case, Compare, Data
from mmgate.vectors.overheard import Overheard
from mmgate.vectors.readings import READINGS, TOGETHER
from model.actions import Action, QueryOpenOrders
from model.codec import Malformed
from model.config import ConfigRefused, MakerConfig
from model.events import Start
from model.journal import LogLine, Maker, MakerFault, Reply
from specs.defects import DefectMaker

ANSWERS = ("open_orders", "start", "connected")
"""Steps from which on a query at another moment (L-7a) leads elsewhere; up to them only queries may differ."""


class Said(StrEnum):
    """What came of one case."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Result:
    """One case and what came of it; `why`: the first difference, or what kept it from being compared."""

    case: Case
    said: Said
    why: str = ""


def phases(case: Case) -> frozenset[str]:
    """Return the features that a trace's configs need."""
    needed: set[str] = set()
    default = MakerConfig()
    for step in case.input.get("steps", ()):
        if "start" in step:
            config = config_from_data(step["start"].get("config", {}))
            needed |= {
                feature
                for feature, off in PHASES
                if any(getattr(config, key) != value for key, value in off.items())
                and any(getattr(config, key) != getattr(default, key) for key in off)
            }
    return frozenset(needed)


def lived(case: Case, maker: Maker) -> Result:
    """Tell a maker the steps of a trace and compare its answers. Raises InputRefused for what is no trace."""
    if case.refused is not None:
        return _refused(case, maker)
    names = Names()
    mode = Mode.ACTIONS_AND_LOG if case.compare is Compare.ACTIONS_AND_LOG else Mode.ACTIONS
    replies = case.expected["replies"]
    unlike_query = ""
    asked: list[bool] = []
    try:
        for at, (step, wanted) in enumerate(zip(case.input["steps"], replies, strict=True)):
            if unlike_query and _title(step) in ANSWERS:
                break
            answer = _told(maker, names, step)
            asked.append(any(isinstance(action, QueryOpenOrders) for action in answer.actions))
            apart = difference(names, _reply(wanted), answer, mode)
            held = "" if apart is not None else _positions(wanted.get("positions"), maker)
            where = f"step {at} ({_title(step)}): {held if apart is None else apart.told()}"
            if apart is not None and not apart.comparable:
                unlike_query = unlike_query or where
            elif apart is not None or held:
                fair = _fair(case.input["steps"][: at + 1], names, answer, mode, maker)
                return Result(case, Said.NOT_COMPARED if fair else Said.DIFFERS, where + fair)
        if (silent := _silent(case, asked)) or not unlike_query:
            return Result(case, Said.DIFFERS, silent) if silent else _books(case, maker)
        return Result(case, Said.NOT_COMPARED, unlike_query)
    except (Malformed, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ConfigRefused):
            return Result(case, Said.NOT_COMPARED, f"the config was refused: {error}")
        raise InputRefused(f"vector {shown(case.id)}: is no trace ({error}); fill the set again") from None
    except MakerFault as fault:
        return Result(case, Said.DIFFERS, f"{fault.kind}: {fault.text}")


def _silent(case: Case, asked: list[bool]) -> str:
    """Say where a maker asked for open orders not once though the rules demand it; empty if nowhere (L-6, L-7)."""
    for span in case.expected.get("asks", ()):
        first, last = span["first"], span["last"]
        if last < len(asked) and not any(asked[first : last + 1]):
            return f"steps {first} to {last}: open orders must be asked for at least once, and were not"
    return ""


def _fair(steps: list[Data], names: Names, answer: Reply, mode: Mode, maker: Maker) -> str:
    """Name the other reading by which the last step is answered exactly so, books included; empty if there is none."""
    told = [read_start({**step["start"]}) if "start" in step else read_event(step) for step in steps]
    for reading in (*READINGS, TOGETHER):
        other = DefectMaker(reading)
        replies = [other.start(one) if isinstance(one, Start) else other.handle(one) for one in told]
        apart = difference(names, replies[-1], answer, mode)
        if (apart is None or not apart.comparable) and not _positions(plain(other.books())["positions"], maker):
            return f"; fair by another reading of {', '.join(reading.rules)}: {reading.title}"
    return ""


def _refused(case: Case, maker: Maker) -> Result:
    """Begin a life that must be refused; the keys that are named must agree."""
    (step,) = case.input["steps"]
    wanted = sorted({error["key"] for error in (case.refused or {})["errors"]})
    start = read_start({**step["start"]})
    try:
        if isinstance(maker, Overheard):
            told = maker.refusal_of(start, step["start"]["config"])
        else:
            maker.start(start)
            told = None
    except ConfigRefused as refusal:
        told = tuple(key for key, _, _ in refusal.errors)
    except MakerFault as fault:
        return Result(case, Said.DIFFERS, f"{fault.kind}: {fault.text}")
    if told is not None and sorted(set(told)) == wanted:
        return Result(case, Said.AGREES)
    found = "the life began" if told is None else f"refused for {', '.join(sorted(set(told)))}"
    return Result(case, Said.DIFFERS, f"expected a refusal for {', '.join(wanted)}, found: {found}")


def reply_apart(wanted: Data, found: Reply, maker: Maker) -> bool:
    """Say whether a maker's first answers differ from the expected ones, its cloids being the reference's."""
    apart = difference(Names(), _reply(wanted), found, Mode.ACTIONS_AND_LOG)
    return (apart is not None and apart.comparable) or bool(_positions(wanted.get("positions"), maker))


def _told(maker: Maker, names: Names, step: Data) -> Reply:
    """Tell a maker one step under its own names."""
    if "start" in step:
        return maker.start(names.start_for_port(read_start({**step["start"]})))
    event = names.for_port(read_event(step))
    reply = maker.handle(event)
    names.told(event)
    return reply


def _reply(data: Data) -> Reply:
    """Read an expected answer; a code stands for its log line."""
    actions: tuple[Action, ...] = WIRE.decode(tuple[Action, ...], data["actions"])
    codes = [code.split(" ", 1) for code in data["codes"]]
    log = tuple(LogLine("", code[0], code[1] if len(code) > 1 else None) for code in codes)
    return Reply(actions, log, data.get("mm_fill"))


def _positions(expected: list[Data] | None, maker: Maker) -> str:
    """Say where a maker's positions differ from those expected; empty where none are, or none are told.

    Other markets may be told too, and the entry of what has none: of a position with unknown history, or of nothing.
    """
    books = maker.books() if expected is not None else None
    if books is None or expected is None:
        return ""
    told = {one["market"]: one for one in plain(books)["positions"]}
    for wanted in expected:
        known = {key: value for key, value in wanted.items() if key != "avg_entry" or value is not None}
        where = f"positions of {wanted['market']}"
        first = next(unlike(known, told.get(wanted["market"]), Compare.DECIMALS, where), None)
        if first is not None:
            return first.told()
    return ""


def _books(case: Case, maker: Maker) -> Result:
    """Compare what a maker believes at the end, where it tells."""
    books, expected = maker.books(), case.expected["books"]
    held = _positions(expected["positions"], maker)
    if books is None or (not held and books.shutdown == expected["shutdown"]):
        return Result(case, Said.AGREES)
    return Result(case, Said.DIFFERS, held or f"shutdown: expected {expected['shutdown']}, found {books.shutdown}")


def _title(step: Data) -> str:
    return "start" if "start" in step else str(step["event"].get("type"))
