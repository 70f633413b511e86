"""States of the small system are one only where they go on alike, and no field of the maker's state is overlooked."""

from collections import Counter
from decimal import localcontext

import pytest

from model.arithmetic import CONTEXT
from model.orders import Order
from model.state import MarketState, ShutdownState, State
from specs import system_key
from specs.system import System
from specs.system_key import key
from specs.system_moves import moves, opened
from specs.system_parts import Move
from specs.system_races import race
from specs.system_safety import judge
from specs.system_scopes import CONFIG_PLAIN, QUICK, QUICK_STATES, scope

EACH = 5
"""One of so many merged states is looked at."""
LARGE = ("price", "disconnect")
"""Quick scopes that are too large to look at all that they merge."""


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


@pytest.mark.parametrize("searched", [s for s in QUICK if s.name not in LARGE], ids=lambda one: one.name)
def test_all_that_a_quick_scope_merges_goes_on_alike(searched):
    with localcontext(CONTEXT):
        for first, second in _merged(searched, QUICK_STATES, each=1):
            assert set(moves(first)) == set(moves(second))
            for move in moves(first):
                assert key(_after(first, move)) == key(_after(second, move)), move


def test_a_query_sent_as_all_grew_quiet_and_one_sent_before_are_told_apart():
    begun = [Move("carry", "orders", fault="lose_reply"), Move("wait")]
    stopped = [Move("signal"), Move("wait"), Move("carry", "orders"), Move("wait")]
    updated, asked = Move("carry", "updates"), Move("carry", "queries")
    # the last order is seen to be gone, and in that step the timer asks whether all is
    quiet = [*begun, *stopped, updated, Move("wait"), asked, Move("wait")]
    # the timer asks, and half a second before the answer the last order is seen to be gone
    early = [*begun, Move("wait"), *stopped, asked, updated, Move("wait")]
    searched = scope("lose_reply", "signal")
    with localcontext(CONTEXT):
        first, second = _state_after(searched, quiet), _state_after(searched, early)
        assert first.now_ms == second.now_ms
        assert first.state.query_ms == second.state.query_ms
        told = [_after(one, Move("carry", "info")).state for one in (first, second)]
        assert [state.shutdown for state in told if state] == [ShutdownState.DONE, ShutdownState.RUNNING]
        assert key(first) != key(second)


def test_a_query_of_a_lost_connection_and_one_of_this_are_told_apart():
    carry = {name: Move("carry", name) for name in ("orders", "replies", "subscription", "fills", "updates", "info")}
    back = [Move("reconnect"), carry["subscription"], carry["fills"], Move("wait"), Move("carry", "queries", 1)]
    signal, wait, down = Move("signal"), Move("wait"), Move("disconnect")
    # a query is left under way: asked over this connection, as the timer found it due
    asked = [carry["orders"], carry["replies"], signal, carry["orders"], down, wait, *back, carry["info"]]
    # asked before the connection was lost: its answer goes nowhere
    lost = [carry["orders"], signal, carry["orders"], carry["updates"], wait, down, *back, carry["info"]]
    searched = scope("disconnect", "signal")
    with localcontext(CONTEXT):
        first, second = _state_after(searched, asked), _state_after(searched, lost)
        told = [bool(_after(one, Move("carry", "queries")).channels["info"]) for one in (first, second)]
        assert told == [True, False]
        assert key(first) != key(second)


def test_an_order_that_came_back_at_its_old_price_is_the_first_one_under_another_name():
    taken = [Move("carry", "updates"), Move("wait"), Move("price")]
    requoted = [Move("wait"), *(Move("carry", name) for name in ("prices", "fills", "orders", "replies"))]
    told = Move("carry", "fills")
    # the other strategy meets the bid: the ask, later taken by half, is the first one
    kept = [Move("taker", at=0), *taken, Move("partial", at=1), *requoted, Move("trade", at=0), told]
    # it meets the ask, so that the one taken by half is its successor
    back = [Move("taker", at=1), *taken, Move("trade", at=0), *requoted, Move("partial", at=1), told]
    with localcontext(CONTEXT):
        first, second = (_state_after(scope(config=CONFIG_PLAIN, rests=True), path) for path in (kept, back))
        first.deeds = second.deeds = scope("price", "trade", "crash", "signal").allowance()
        assert [o.px for o in first.state.orders.values()] == [o.px for o in second.state.orders.values()]
        assert first.state.orders.keys() != second.state.orders.keys()
        assert key(first) == key(second)
        met, frontier = {key(first)}, [(first, second)]
        while frontier and len(met) < 600:
            one, other = frontier.pop(0)
            assert set(moves(one)) == set(moves(other))
            for move in moves(one):
                then, elsewhere = _after(one, move), _after(other, move)
                assert key(then) == key(elsewhere)
                if key(then) not in met:
                    met.add(key(then))
                    frontier.append((then, elsewhere))
        assert len(met) >= 600


def _state_after(searched, path):
    """Return the state after the opening of a scope and a path, with whatever deeds that takes."""
    end, opening = opened(searched)
    system = System(searched.config, end.started_ms)
    judge(system, system, Move("start"), Counter())
    for move in (*opening, *path):
        system = _after(system, move)
    return system


def _merged(searched, most, each=EACH):
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
                if seen % each == 0:
                    yield known, after


def _after(system: System, move: Move) -> System:
    after = system.after(move)
    judge(system, after, move, Counter())
    race(system, after, Counter())
    return after
