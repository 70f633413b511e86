"""ORD-16: rungs add liquidity only, counter-orders rest as the config names it, closes are reduce-only IOCs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.actions import Role, Tif
from model.config import CounterTif
from specs.spec import Word

CONFIGS = [({}, Tif.ALO), ({"use_alo": False}, Tif.GTC)]


@pytest.mark.parametrize(("config", "right"), CONFIGS)
@pytest.mark.parametrize("tif", list(Tif))
def test_a_rung_has_the_time_in_force_of_its_config(story, config, right, tif):
    run = story(**config)
    run.oracle("100", replace(run.rung(sz="1"), tif=tif))
    assert run.word("ORD-16") is (Word.HOLDS if tif is right else Word.VIOLATED)


@pytest.mark.parametrize("wanted", list(CounterTif))
@pytest.mark.parametrize("tif", list(Tif))
def test_a_counter_order_has_the_time_in_force_that_is_named(story, wanted, tif):
    run = story(counter_order_tif=wanted)
    rung = run.rung(sz="1")
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung, replace(run.counter(sz="1"), tif=tif))
    assert run.word("ORD-16") is (Word.HOLDS if tif.value == wanted.value else Word.VIOLATED)


@pytest.mark.parametrize(
    ("tif", "reduce_only", "word"),
    [
        (Tif.IOC, True, Word.HOLDS),
        (Tif.GTC, True, Word.VIOLATED),
        (Tif.ALO, True, Word.VIOLATED),
        (Tif.IOC, False, Word.VIOLATED),
        (Tif.ALO, False, Word.VIOLATED),
    ],
)
def test_a_close_is_a_reduce_only_ioc(story, tif, reduce_only, word):
    run = story()
    close = replace(run.rung(sz="1"), role=Role.FLATTEN, level=None, tif=tif, reduce_only=reduce_only)
    run.oracle("100", close)
    assert run.word("ORD-16") is word


def test_where_it_is_not_told_what_an_order_is_for_either_will_do(story):
    run = story(counter_order_tif=CounterTif.GTC)
    plain = {"role": None, "level": None}
    run.oracle("100", replace(run.rung(sz="1"), **plain), replace(run.rung(px="99", sz="1"), tif=Tif.GTC, **plain))
    assert run.word("ORD-16") is Word.HOLDS
    run.oracle("100", replace(run.rung(px="98.9", sz="1"), tif=Tif.IOC, **plain))
    assert run.word("ORD-16") is Word.VIOLATED


def test_without_counter_orders_every_untold_order_is_a_rung(story):
    run = story(counter_order_enabled=False, counter_order_tif=CounterTif.GTC)
    run.oracle("100", replace(run.rung(sz="1"), tif=Tif.GTC, role=None, level=None))
    outcome = run.end("ORD-16")
    assert outcome.word is Word.VIOLATED
    assert "is sent gtc; by its config it is alo" in outcome.violations[0].text
