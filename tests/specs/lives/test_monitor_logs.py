"""LOG-1 and VOL-6: what is logged is true and whole; a maker that logs nothing is not judged."""

from __future__ import annotations

import pytest

from model import events, journal
from model.journal import LogLine
from specs.logs import Seconds
from specs.spec import Word

STATISTICS = {"p99": "1.5", "p100": "2.5", "optimal": "1.5", "optimal_percentile": "P99"}


def statistics(n, /, **fields):
    told = {**STATISTICS, "n": str(n), **fields}
    return LogLine("info", "wick_stats", "xyz:GOLD", fields=tuple((k, v) for k, v in told.items() if v is not None))


DONE = LogLine("info", "shutdown_done")


def reply(run, event, *lines):
    run.see(journal.Turn(event.now_ms, run.life, event, journal.Reply((), lines)))


def tick(run, *lines, after_ms=1000):
    run.now_ms += after_ms
    reply(run, events.Oracle(run.now_ms, "xyz:GOLD", run.price, run.price), *lines)


@pytest.fixture
def minute(story):
    """Return a writer: tick each second, with a line at each full minute of the life, `n` samples more or less."""

    def write(seconds=130, error=0, lines=True, **changed):
        run = story(wick_min_samples=20, **changed)
        run.price = run.config.max_position_usd
        samples = -1
        for _ in range(seconds):
            before = run.now_ms
            begun = run.panel.view.life_ms
            due = (before + 1000 - begun) // 60_000 > (before - begun) // 60_000
            tick(run, *((statistics(samples + 1 + error),) if due and lines else ()))
            samples += 1
        return run

    return write


def test_a_line_each_minute_with_every_sample_holds(minute):
    run = minute()
    run.see(journal.RunEnded(run.now_ms, (), (), settled=True))
    assert run.outcome("LOG-1").word is Word.HOLDS
    assert run.outcome("VOL-6").word is Word.HOLDS
    assert dict(run.outcome("VOL-6").contexts) == {"dynamic offset off": 2}


def test_samples_that_are_missing_are_told(minute):
    run = minute(error=-1)
    outcome = run.end("VOL-6")
    assert outcome.word is Word.VIOLATED
    assert "seconds with a usable tick have closed" in outcome.violations[0].text


def test_a_maker_without_lines_is_not_judged(minute):
    run = minute(lines=False)
    run.see(journal.RunEnded(run.now_ms, (), (), settled=True))
    assert run.outcome("LOG-1").word is Word.VACUOUS
    assert run.outcome("VOL-6").word is Word.VACUOUS


def test_a_minute_without_its_line_is_told_of_a_maker_that_logs(minute):
    run = minute(seconds=70)
    for _ in range(70):
        tick(run)
    outcome = run.end("LOG-1")
    assert outcome.word is Word.VIOLATED
    assert outcome.violations[0].text.startswith("no wick_stats of xyz:GOLD since 6")


def test_lines_too_often_too_early_or_without_a_field_are_told(minute):
    run = minute(seconds=70)
    tick(run, statistics(70))
    assert "is logged for the 2. time" in run.end("LOG-1").violations[0].text
    run = minute(seconds=56, wick_max_age_ms=0)
    run.price = -run.price
    tick(run, statistics(55, n=None), after_ms=10_000)
    assert "lacks n" in run.end("LOG-1").violations[0].text


def test_statistics_that_are_not_valid_are_not_logged(story):
    run = story()
    run.price = run.config.max_position_usd
    tick(run)
    tick(run, statistics(1), after_ms=70_000)
    assert "valid are 60 or more" in run.end("LOG-1").violations[0].text


def shut_down(run, *lines):
    """Send the signal, ask, and answer with these lines."""
    run.signal()
    run.timer(250)
    run.now_ms += 100
    reply(run, events.OpenOrders(run.now_ms, run.now_ms - 50, (), ()), *lines)


def test_one_shutdown_done_after_the_last_order_holds(story):
    run = story()
    shut_down(run, DONE)
    outcome = run.end("LOG-1")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"shutdown_done · signal": 1}


def test_a_second_one_needs_something_that_opened_the_shutdown_again(story):
    run = story()
    shut_down(run, DONE)
    run.now_ms += 100
    reply(run, events.Timer(run.now_ms), DONE)
    assert "is logged again" in run.end("LOG-1").violations[0].text
    run = story()
    shut_down(run, DONE)
    run.signal()
    run.now_ms += 100
    reply(run, events.Timer(run.now_ms), DONE)
    assert run.word("LOG-1") is Word.HOLDS


def test_one_with_an_order_live_or_without_a_shutdown_is_told(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    shut_down(run, DONE)
    assert "is logged with ladder L0" in run.end("LOG-1").violations[0].text
    run = story()
    run.now_ms += 100
    reply(run, events.Timer(run.now_ms), DONE)
    assert "nothing has told the maker to shut down" in run.end("LOG-1").violations[0].text


def test_one_that_never_comes_is_told_of_a_maker_that_logs(minute):
    run = minute(seconds=70)
    run.signal()
    run.timer(250)
    run.timer(50_000)
    texts = [v.text for v in run.end("LOG-1").violations]
    assert any(text.startswith("no shutdown_done") for text in texts)


def test_seconds_are_counted_as_the_window_holds_them(story):
    config = story(wick_window_size=3, wick_max_age_ms=5000).config
    seconds, px = Seconds(), config.max_position_usd
    for now_ms in (0, 400, 1000, 1500, 500, 3000, 4000):
        seconds.tick(config, now_ms, px, "")
    seconds.tick(config, 6000, -px, "")
    assert seconds.count(config, 4000) == (3, 3)
    seconds.tick(config, 6000, px, "")
    assert seconds.count(config, 6000) == (3, 3)
    assert seconds.count(config, 7500) == (2, 3)
    assert seconds.count(config, 9500)[1] == 2


@pytest.mark.parametrize("before", [True, False])
def test_a_window_that_opens_on_a_finished_shutdown_for_good_needs_no_second_end(minute, before):
    run = minute(seconds=70, now_ms=1_770_584_400_000 - 120_000)
    if before:
        shut_down(run, DONE)
    else:
        run.signal()
    run.now_ms = 1_770_584_400_000
    run.timer(250)
    run.timer(50_000)
    texts = [v.text for v in run.end("LOG-1").violations]
    assert any(text.startswith("no shutdown_done") for text in texts) is not before


def test_a_signal_after_the_finished_window_is_answered_with_an_end_of_its_own(minute):
    run = minute(seconds=70, now_ms=1_770_584_400_000 - 80_000)
    run.now_ms = 1_770_584_400_000
    run.timer(250)
    run.timer(250)
    run.now_ms += 100
    reply(run, events.OpenOrders(run.now_ms, run.now_ms - 50, (), ()), DONE)
    run.signal()
    run.timer(250)
    run.timer(50_000)
    texts = [v.text for v in run.end("LOG-1").violations]
    assert any("(signal)" in text for text in texts)
