"""The panel and its monitors: who is called, the words, errors that stop nobody."""

from __future__ import annotations

import pytest

from model import events, journal
from model.config import MakerConfig
from model.market import Market
from specs.catalogue import JUDGED_BY_ENGINES, MONITORS, SPECS, judged, spec
from specs.monitor import MAX_VIOLATIONS, Monitor, snake
from specs.panel import Panel
from specs.spec import Severity, Spec, Word

MARKETS = (Market("xyz:GOLD", 3),)
READING_ORDER = """
CFG-1 CFG-2 CFG-3 CFG-4 CFG-5 OBS-1 OFF-1 OFF-2 OFF-3 OFF-4 OFF-5 OFF-6 OFF-7 OFF-8 OFF-9 OFF-10 SIZ-1 TCK-1
VOL-1 VOL-2 VOL-3 VOL-4 VOL-5 VOL-6 VOL-7 VOL-8 VEL-1 VEL-2 VEL-3 CTR-1 CTR-2 CTR-3 CTR-4 CTR-5 CTR-6 CTR-7
ORD-1 ORD-2 STL-1 ORD-3 ORD-4 ORD-5 ORD-6 ORD-7 ORD-8 ORD-9 ORD-10 ORD-11 ORD-12 ORD-13 ORD-14 ORD-15 ORD-16 HLT-1
DMS-1 FIL-1 FIL-2 FIL-3 FIL-4 INV-1 INV-2 INV-3 ADV-1 RSK-1 SES-1 ROB-1 ROB-2 DET-1 LOG-1
"""
ALL_IDS = tuple(word for line in READING_ORDER.splitlines() for word in line.split())


def statement(spec_id: str, *features: str) -> Spec:
    return Spec(spec_id, Severity.P1, "a title", "prose", ("N-1",), "always", features=features)


class Quiet(Monitor):
    spec = statement("T-1")


class Counting(Monitor):
    spec = statement("T-2")

    def told_timer(self, turn, event):
        self.antecedent("timer")

    def on_turn(self, turn):
        if turn.now_ms > 1000:
            self.violated(f"turn at {turn.now_ms}")


class Broken(Monitor):
    spec = statement("T-3")

    def told_timer(self, turn, event):
        raise ZeroDivisionError("a mistake")


class Picky(Monitor):
    spec = statement("T-4", "books")

    def told_start(self, turn, event):
        self.antecedent()


class Waiting(Picky):
    spec = statement("T-5")

    def pending(self):
        return "something is still due"


class Misspelt(Monitor):
    spec = statement("T-6")

    def told_tiemr(self, turn, event):
        pass


class Sleepy(Monitor):
    spec = statement("T-7")
    turns = frozenset((events.Timer,))
    hears = frozenset((events.Start,))

    def told_any(self, turn):
        self.antecedent("heard")

    def on_turn(self, turn):
        self.antecedent(f"awake at {turn.now_ms}")
        self.wake_ms = 1000


class Leaning(Monitor):
    spec = statement("T-8")

    def __init__(self, view):
        super().__init__(view)
        self.rests_on = (view.watching[Broken],)

    def told_start(self, turn, event):
        self.antecedent()


def played(*monitors, times=(500,), end=True):
    panel = Panel(None, monitors)
    panel.observe(journal.RunStarted(0, "s", 0, "m", MakerConfig(), MARKETS, 250, 400, 400))
    panel.observe(journal.Turn(0, 1, events.Start(0, 1, MakerConfig(), MARKETS), journal.Reply()))
    for now_ms in times:
        panel.observe(journal.Turn(now_ms, 1, events.Timer(now_ms), journal.Reply()))
    if end:
        panel.observe(journal.RunEnded(2000, (), (), True))
    return {outcome.spec_id: outcome for outcome in panel.outcomes("audit")}


def test_a_condition_never_met_is_vacuous():
    assert played(Quiet)["T-1"].word is Word.VACUOUS


def test_antecedents_are_counted_and_named():
    outcome = played(Counting)["T-2"]
    assert (outcome.word, outcome.antecedents, outcome.contexts) == (Word.HOLDS, 1, (("timer", 1),))
    assert (outcome.engine, outcome.strength) == ("audit", "0.0 h, 2 events")


def test_few_violations_are_kept_and_all_are_counted():
    outcome = played(Counting, times=range(1001, 1021))["T-2"]
    assert len(outcome.violations) == MAX_VIOLATIONS
    assert outcome.reason == "20 violations"
    assert (outcome.violations[0].now_ms, outcome.violations[0].index) == (1001, 2)


def test_a_monitor_that_raises_is_an_error_and_stops_nobody():
    outcomes = played(Broken, Counting)
    assert outcomes["T-3"].word is Word.ERROR
    assert outcomes["T-3"].reason == "record 2: ZeroDivisionError: a mistake"
    assert outcomes["T-2"].word is Word.HOLDS


def test_a_monitor_that_rests_on_one_that_failed_has_failed():
    outcomes = played(Broken, Leaning, Counting)
    assert (outcomes["T-8"].word, outcomes["T-8"].reason) == (Word.ERROR, outcomes["T-3"].reason)
    assert outcomes["T-2"].word is Word.HOLDS


def test_a_monitor_that_sleeps_is_called_when_it_asked_to_be_woken():
    outcome = played(Sleepy, times=(500, 999, 1000, 1001))["T-7"]
    assert outcome.contexts == (("awake at 1000", 1), ("awake at 1001", 1), ("awake at 500", 1), ("heard", 1))


def test_who_is_awake_is_called_at_times_before_the_epoch_too():
    panel = Panel(None, (Sleepy,))
    panel.observe(journal.RunStarted(-9000, "s", 0, "m", MakerConfig(), MARKETS, 250, 400, 400))
    panel.observe(journal.Turn(-9000, 1, events.Start(-9000, 1, MakerConfig(), MARKETS), journal.Reply()))
    panel.observe(journal.Turn(-8000, 1, events.Timer(-8000), journal.Reply()))
    assert panel.outcomes()[0].contexts == (("awake at -8000", 1), ("heard", 1))


def test_a_subject_that_the_maker_does_not_declare_is_not_applicable():
    outcome = played(Picky)["T-4"]
    assert (outcome.word, outcome.reason) == (Word.NOT_APPLICABLE, "the maker does not declare books")


def test_an_open_obligation_and_a_cut_run_are_inconclusive():
    assert played(Waiting)["T-5"].reason == "something is still due"
    assert played(Counting, end=False)["T-2"].reason == "the run was cut before its end"


def test_a_handler_for_no_event_is_a_mistake_of_the_monitor():
    with pytest.raises(ValueError, match=r"Misspelt\.told_tiemr: no record, event or action of that name"):
        Panel(None, (Misspelt,))


def test_class_names_are_written_as_handlers_spell_them():
    assert (snake("OpenOrders"), snake("Fill")) == ("open_orders", "fill")


def test_only_the_wanted_specs_watch():
    panel = Panel({"ORD-1", "SES-1"})
    assert sorted(m.spec.id for m in panel.monitors) == ["ORD-1", "SES-1"]


def test_the_catalogue_has_every_spec_in_reading_order_once():
    assert tuple(one.id for one in SPECS) == ALL_IDS


def test_every_statement_is_whole():
    for one in SPECS:
        assert one.title
        assert one.prose.endswith(".")
        assert one.rules
        assert "  " not in one.prose
        assert spec(one.id) is one


def test_each_spec_has_at_most_one_monitor_and_all_are_registered():
    ids = [monitor.spec.id for monitor in MONITORS]
    assert len(ids) == len(set(ids))
    assert set(ids) | {spec_id for spec_id, _ in JUDGED_BY_ENGINES} == judged()
    assert judged() <= set(ALL_IDS)


def test_outcomes_come_in_reading_order():
    panel = Panel()
    panel.observe(journal.RunStarted(0, "s", 0, "m", MakerConfig(), MARKETS, 250, 400, 400))
    ids = [outcome.spec_id for outcome in panel.outcomes()]
    assert ids == sorted(ids, key=ALL_IDS.index)
