"""Scenarios are read with every error at once, and drawn from the seed alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from itertools import islice

import pytest

from model.actions import Side
from model.config import MakerConfig
from sim import plan, recorded, scenario, script, world
from sim.journal_file import JournalDigest
from sim.randomness import stream
from sim.recorded import Tick, Trade
from sim.run import run
from sim.script import Crash, Disconnect, Reconnect, Restart, SetPrices, TakerOrder, WorldQuote, WorldTrade
from sim.ticks import price_is_legal, size_is_legal

QUICK = [name for name in scenario.embedded() if name not in ("weekend", "recorded")]
PLAIN = """
why = "a test"
start = 2026-02-07T12:00:00Z
duration_s = 60
[[market]]
name = "xyz:GOLD"
start_px = 4966.1
sz_decimals = 4
"""


def errors(text: str) -> tuple[str, ...]:
    with pytest.raises(scenario.ScenarioRefused) as refused:
        scenario.parse(text, "test")
    return refused.value.errors


def test_the_suites_scenarios_are_embedded():
    expected = {
        "weekend", "evening", "saturday", "signal", "hard-stop", "late-event", "very-late-event", "crash",
        "restart-in-shutdown", "restart-after", "leftovers", "disconnect", "taker", "races", "refusals",
        "bad-prices", "three-markets", "recorded", "gate", "gate-hour", "next-weekend", "budget",
        "fewer-markets", "crash-loop", "calm", "account", "brink", "signal-offline", "lost-fills",
        "late-fills", "lost-cancels", "nibbles", "one-counter", "stale-fills", "thin-close", "told-remaining",
        "price-scales", "gate-long-life", "signal-in-flight", "edges", "crossing-rungs",
        "friday-again",
    }  # fmt: skip
    assert set(scenario.embedded()) == expected


@pytest.mark.parametrize("name", scenario.embedded())
def test_every_embedded_scenario_says_why_in_one_sentence(name):
    why = scenario.load(name).why
    assert why.endswith(".")
    assert ". " not in why


@pytest.mark.parametrize("name", scenario.embedded())
def test_steps_are_in_order_of_time_and_begin_with_the_run(name):
    given = scenario.load(name)
    steps = list(islice(script.in_order(plan.script(given, 3)), 400))
    assert steps or name == "recorded"
    assert all(step.at_ms >= plan.parameters(given).start_ms for step in steps)


@pytest.mark.parametrize("name", QUICK)
def test_prices_and_sizes_of_a_script_are_legal_unless_meant_to_be_bad(name):
    given = scenario.load(name)
    places = {one.name: one.sz_decimals for one in given.market}
    for step in islice(plan.script(given, 5), 1500):
        if isinstance(step, TakerOrder | WorldTrade):
            assert price_is_legal(step.px, places[step.market])
            assert size_is_legal(step.sz, places[step.market])
        if isinstance(step, WorldQuote):
            assert step.bid_px < step.ask_px or step.ask_sz == 0
        if isinstance(step, SetPrices) and name != "bad-prices":
            assert price_is_legal(step.oracle_px, places[step.market])


def test_a_script_is_the_same_each_time_and_another_with_another_seed():
    given = scenario.load("crash")
    lazy = plan.ScenarioScript(given, 1)
    assert list(lazy) == list(lazy)
    assert list(lazy) != list(plan.ScenarioScript(given, 2))


def test_a_step_taken_out_changes_no_other():
    """What a seed gives one part of a script does not depend on the other parts."""
    base = scenario.parse(PLAIN, "test")
    more = scenario.parse(PLAIN + "[taker]\norders_per_min = 30\n", "test")
    with_taker = [step for step in plan.script(more, 1) if not isinstance(step, TakerOrder)]
    assert with_taker == list(plan.script(base, 1))


def test_incidents_come_at_their_times_and_up_to_the_jitter_later():
    text = "jitter_s = 5\n" + PLAIN + "[[life]]\ncrash_s = 10\nrestart_s = 12\n[[outage]]\nat_s = 30\nfor_s = 3\n"
    steps = list(plan.incidents(scenario.parse(text, "test"), 1))
    crash, restart, down, up = steps
    start = plan.parameters(scenario.parse(PLAIN, "test")).start_ms
    assert (type(crash), type(restart), type(down), type(up)) == (Crash, Restart, Disconnect, Reconnect)
    assert 10_000 <= crash.at_ms - start <= 15_000
    assert restart.at_ms - crash.at_ms == 2_000
    assert up.at_ms - down.at_ms == 3_000


def test_the_longest_delay_of_a_scenario_is_declared_by_its_run():
    text = PLAIN + '[[fault]]\nkind = "delay"\nat_s = 1\nfor_s = 2\nextra_ms = 700\n'
    assert plan.parameters(scenario.parse(text, "test")).delay_max_ms == 700


@pytest.mark.parametrize(
    ("kind", "oracle", "mark"),
    [("zero_oracle", 0, 1), ("negative_oracle", -1, 1), ("zero_mark", 1, 0), ("no_mark", 1, None)],
)
def test_a_distortion_makes_prices_unusable_for_its_time(kind, oracle, mark):
    text = PLAIN + f'[[distortion]]\nkind = "{kind}"\nat_s = 20\nfor_s = 10\n'
    given = scenario.parse(text, "test")
    start = plan.parameters(given).start_ms
    told = [s for s in plan.script(given, 1) if isinstance(s, SetPrices) and 20_000 <= s.at_ms - start < 30_000]
    assert told[0].at_ms - start == 20_000

    def sign(px: D | None) -> int | None:
        return None if px is None else (px > 0) - (px < 0)

    assert {(sign(s.oracle_px), sign(s.mark_px)) for s in told} == {(oracle, mark)}


def test_a_stale_distortion_tells_nothing_and_a_gap_moves_the_mark_away():
    stale = PLAIN + '[[distortion]]\nkind = "stale"\nat_s = 20\nfor_s = 10\n'
    gap = stale.replace("stale", "gap")
    start = plan.parameters(scenario.parse(stale, "test")).start_ms

    def told(text: str) -> list[SetPrices]:
        steps = plan.script(scenario.parse(text, "test"), 1)
        return [s for s in steps if isinstance(s, SetPrices) and 20_000 <= s.at_ms - start < 30_000]

    assert told(stale) == []
    assert all(s.mark_px is not None and s.mark_px / s.oracle_px == D("1.1") for s in told(gap))


def test_wicks_move_the_book_before_the_oracle_and_back():
    text = PLAIN + "[prices]\nvolatility_bps = 0\nmark_noise_bps = 0\nwicks_per_min = 20\nwick_bps = [50, 50]\n"
    steps = list(plan.script(scenario.parse(text, "test"), 1))
    assert {s.oracle_px for s in steps if isinstance(s, SetPrices)} >= {D("4966.1"), D("4990.9")}
    first = next(s for s in steps if isinstance(s, WorldQuote) and abs(s.bid_px - D("4964.1")) > 5)
    later = next(s for s in steps if isinstance(s, SetPrices) and s.oracle_px != D("4966.1"))
    assert first.at_ms < later.at_ms


# -- what is refused


def test_all_errors_of_a_scenario_are_told_at_once_with_key_and_value():
    told = errors(PLAIN + "wick = 1\n[flow]\nsweep_bps = [9, 5]\n[prices]\ntick_mss = [1, 2]\nprocess = 'wavy'\n")
    assert len(told) == 3
    assert "tick_mss is no key of a scenario; did you mean tick_ms?" in " ".join(told)
    assert any("process" in line and "wavy" in line for line in told)


def test_contradictions_are_told_at_once():
    text = (
        PLAIN
        + "[flow]\nsweep_bps = [9, 5]\n[[signal]]\nat_s = 61\n[[life]]\ncrash_s = 9\nrestart_s = 8\n"
        + '[[fault]]\nkind = "silence"\nat_s = 1\nfor_s = 1\nmarket = "NOPE"\n'
    )
    told = " | ".join(errors(text))
    for fact in ("9 is greater than 5", "61 s is after the end", "8 is not after crash_s 9", "silence", "NOPE"):
        assert fact in told


def test_an_unknown_scenario_is_refused_with_the_nearest_name():
    with pytest.raises(scenario.ScenarioRefused, match="did you mean saturday"):
        scenario.load("saturdy")


def test_a_file_that_is_no_toml_or_no_text_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text("why = ")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    for name in ("a.toml", "b.toml"):
        with pytest.raises(scenario.ScenarioRefused):
            scenario.load(str(tmp_path / name))


def test_a_scenario_file_is_named_after_itself(tmp_path):
    (tmp_path / "mine.toml").write_text(PLAIN)
    assert scenario.load(str(tmp_path / "mine.toml")).name == "mine"


# -- data


@pytest.mark.parametrize("name", ["crash", "races", "refusals", "taker", "leftovers", "late-event"])
def test_a_world_survives_its_journey_as_plain_data(name):
    given = scenario.load(name)
    first = plan.world(given, MakerConfig(enabled=True), 4)
    data = world.to_data(first)
    again = world.from_data(data)
    assert tuple(first.script) == again.script
    assert world.to_data(again) == data
    assert (again.parameters, again.config, again.markets) == (first.parameters, first.config, first.markets)


def test_exact_decimals_travel_as_strings():
    step = SetPrices(1, "m", D("0.10000000000000000001"), None)
    (data,) = script.to_data([step])
    assert data == {
        "type": "set_prices", "at_ms": 1, "market": "m", "oracle_px": "0.10000000000000000001", "mark_px": None,
    }  # fmt: skip
    assert script.from_data([data]) == (step,)


def test_recorded_ticks_become_prices_and_quotes_and_trades_hit_the_ladder():
    given = scenario.load("recorded")
    start = plan.parameters(given).start_ms
    ticks = [Tick(start + 100 * i, D(4268), D(1), D(4269 + i), D(2)) for i in range(3)]
    trades = [Trade(start + 150, Side.SELL, D(4260), D(3))]
    steps = list(recorded.RecordedScript(given, 1, ticks, trades))
    assert [type(s).__name__ for s in steps] == [
        "WorldQuote", "SetPrices", "WorldQuote", "SetPrices", "WorldTrade", "WorldQuote", "SetPrices",
    ]  # fmt: skip
    assert [s.oracle_px for s in steps if isinstance(s, SetPrices)] == [D("4268.5"), D(4269), D("4269.5")]


def test_a_recorded_world_runs(scripted):
    given = scenario.load("recorded")
    start = plan.parameters(given).start_ms
    ticks = [Tick(start + 1000 * i, D(4268), D(1), D(4269), D(2)) for i in range(5)]
    assert run(recorded.world(given, MakerConfig(), 1, ticks), scripted()).ended.settled


@pytest.mark.parametrize("name", ["crash", "races", "disconnect", "leftovers", "taker"])
def test_a_script_with_any_steps_taken_out_still_runs_to_its_end(name, ladder):
    full = plan.world(scenario.load(name), MakerConfig(), 2)
    draw = stream(2, name)
    kept = tuple(step for step in full.script if draw.random() < 0.5)
    assert run(replace(full, script=kept), ladder()).ended.settled


def test_a_world_read_back_gives_the_same_run(ladder):
    first = plan.world(scenario.load("crash"), MakerConfig(), 4)
    digests = []
    for one in (first, world.from_data(world.to_data(first))):
        digest = JournalDigest({})
        run(one, ladder(), [digest])
        digests.append(digest.digest)
    assert digests[0] == digests[1]
