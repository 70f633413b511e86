"""States of the small system are one only where they go on alike, and no field of the maker's state is overlooked."""

from collections import Counter
from decimal import localcontext

import pytest

from model.arithmetic import CONTEXT
from model.orders import Order
from model.state import MarketState, State
from specs import system_key
from specs.system import System
from specs.system_key import key
from specs.system_moves import moves, opened
from specs.system_parts import Move
from specs.system_races import race
from specs.system_safety import judge
from specs.system_scopes import scope

EACH = 5
"""One of so many merged states is looked at."""


@pytest.mark.parametrize(
    ("record", "read", "unread"),
    [
        (State, system_key.READ_STATE, system_key.UNREAD_STATE),
        (MarketState, system_key.READ_MARKET, system_key.UNREAD_MARKET),
        (Order, system_key.READ_ORDER, system_key.UNREAD_ORDER),
    ],
    ids=["state", "market", "order"],
)
def test_every_field_is_read_or_left_out_for_a_reason(record, read, unread):
    names = getattr(record, "_fields", None) or record.__dataclass_fields__
    assert set(names) == read | set(unread)
    assert not read & set(unread)
    assert all(unread.values())


@pytest.mark.parametrize(
    "searched",
    [
        scope("price", "delay"),
        scope("lose_fill", "disconnect", trade=2),
        scope("crash", "trade", "unknown_reply"),
        scope("partial", "signal", "reorder"),
        scope("taker", "refuse_cancel", window=3),
    ],
    ids=lambda one: one.name,
)
def test_merged_states_go_on_alike(searched):
    with localcontext(CONTEXT):
        merged = list(_merged(searched, 1_200))
        assert len(merged) > 50
        for first, second in merged:
            assert set(moves(first)) == set(moves(second))
            for move in moves(first):
                assert key(_after(first, move)) == key(_after(second, move))


def _merged(searched, most):
    """Yield pairs of states that the search takes for one."""
    first, _ = opened(searched)
    judge(first, first, Move("start"), Counter())
    met = {key(first): first}
    frontier, seen = [first], 0
    while frontier and len(met) < most:
        level, frontier = frontier, []
        for system in level:
            for move in moves(system):
                after = _after(system, move)
                known = met.setdefault(key(after), after)
                if known is after:
                    frontier.append(after)
                    continue
                seen += 1
                if seen % EACH == 0:
                    yield known, after


def _after(system: System, move: Move) -> System:
    after = system.after(move)
    judge(system, after, move, Counter())
    race(system, after, Counter())
    return after
