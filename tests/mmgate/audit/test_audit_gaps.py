"""What a log does not tell is no maker's fault: prices, words, the world's troubles."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mmgate.audit.chains import Chains
from mmgate.audit.recording import RecordsFile
from mmgate.audit.silences import Silences
from model import events, journal
from model.actions import LADDER, Cancel, Place, QueryOpenOrders, Side, Tif
from specs.own import OwnOrder
from specs.own_orders import Orders

UNNUMBERED = '[lines]\nnumber = ""\ncomplete = true\n'
D = Decimal


def words_of(data: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["word"] for row in data["specs"]}


def without_a_price(lines: list[str], share: float) -> list[str]:
    told = [at for at, line in enumerate(lines) if '"ws":{"channel":"activeAssetCtx"' in line]
    at = told[int(len(told) * share)]
    return [*lines[:at], *lines[at + 1 :]]


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.9])
def test_a_price_that_is_missing_blames_nobody_where_nothing_is_numbered(tmp_path, watched, received, audit, share):
    seen = watched("evening", "counter", 2)
    lines = received(tmp_path / "r.jsonl", seen.records, UNNUMBERED)
    (tmp_path / "r.jsonl").write_text("".join(without_a_price(lines, share)))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert "violated" not in words_of(data).values()


def test_without_numbers_and_the_venues_prices_a_finding_that_rests_on_prices_is_told_as_a_doubt(
    tmp_path, watched, received, audit
):
    seen = watched("evening", "counter", 2, "counter-untracked")
    received(tmp_path / "r.jsonl", seen.records, UNNUMBERED)
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    rows = {row["id"]: row for row in data["specs"]}
    assert rows["ORD-1"]["word"] == "violated"
    assert rows["ORD-3"]["word"] == "inconclusive"
    assert "the venue's own prices are not told" in rows["ORD-3"]["reason"]


def priced(*told: int) -> list[str]:
    """Let the venue set the prices 1 to 4, and tell some; a fault is at work while it sets 2."""
    chains = Chains()
    found: list[str] = []
    for at in range(1, 5):
        if at == 2:
            found += chains.missing(journal.FaultBegan(2000, "disconnect", ""))
        found += chains.missing(journal.PricesSet(at * 1000, "xyz:GOLD", D(at), None))
        if at == 2:
            found += chains.missing(journal.FaultHealed(2100, "disconnect"))
        if at in told:
            event = events.Oracle(at * 1000 + 500, "xyz:GOLD", D(at), None)
            found += chains.missing(journal.Turn(event.now_ms, 0, event, journal.Reply()))
    return found


def test_a_price_of_an_untroubled_time_that_is_passed_over_is_a_gap_though_the_run_had_a_fault():
    assert priced(1, 2, 3, 4) == []
    assert priced(1, 3, 4) == []
    assert priced(1, 2, 4) == ["1 prices of xyz:GOLD were never told"]


def test_a_request_that_nothing_answers_is_told_once_an_answer_can_not_come_any_more():
    silences = Silences(2000)
    place = Place("0x01", "xyz:GOLD", Side.BUY, D("1"), D("1"), Tif.ALO, False)
    silences.asked(1000, 1, place)
    silences.asked(1001, 2, Cancel("xyz:GOLD", 7, None))
    silences.asked(1002, 3, QueryOpenOrders())
    silences.told(events.Resting(1500, "xyz:GOLD", "0x01", 7, D("1"), D("1")))
    assert list(silences.over(3001)) == []
    assert list(silences.over(3002)) == [(2, "cancel 7")]
    silences.told(events.OpenOrders(3002, 1002, (), ()))
    assert list(silences.over(9999)) == []


def test_a_request_that_is_repeated_sooner_than_an_answer_takes_is_still_missed():
    silences = Silences(6000)
    late: list[tuple[int, str]] = []
    for now_ms in (1000, 6000, 11_000):
        late += silences.over(now_ms)
        silences.asked(now_ms, now_ms, Cancel("xyz:GOLD", 7, None))
    assert late == [(1000, "cancel 7")]


@pytest.mark.parametrize("content", ['"status":{"error":"Post only', '"post":{"type":"cancel', '"openOrders","data"'])
def test_a_word_that_is_missing_blames_nobody_where_nothing_is_numbered(tmp_path, watched, received, audit, content):
    seen = watched("evening", "counter", 2)
    lines = received(tmp_path / "r.jsonl", seen.records, UNNUMBERED)
    at = [number for number, line in enumerate(lines) if content in line][3]
    (tmp_path / "r.jsonl").write_text("".join([*lines[:at], *lines[at + 1 :]]))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert data["gaps"] > 0
    assert "violated" not in words_of(data).values()


def test_a_signal_that_is_not_told_blames_nobody_where_nothing_is_numbered(tmp_path, watched, audit):
    with RecordsFile(tmp_path / "r.jsonl") as file:
        for record in watched("signal", "fixed", 1).records:
            file.observe(record)
    lines = (tmp_path / "r.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "r.jsonl").write_text("".join(line for line in lines if '"event":"shutdown"' not in line))
    (tmp_path / "m.toml").write_text(UNNUMBERED)
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert "violated" not in words_of(data).values()
    assert any("of its process, may be missing" in row["reason"] for row in data["specs"])


def test_a_new_connection_that_is_not_told_is_a_gap(tmp_path, watched, received, audit):
    lines = received(tmp_path / "r.jsonl", watched("disconnect", "fixed", 1).records, UNNUMBERED)
    (tmp_path / "r.jsonl").write_text("".join(line for line in lines if '"event":"connected"' not in line))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert any("that there is a new one is not told" in gap["text"] for gap in data["gap_lines"])
    assert "violated" not in words_of(data).values()


def test_cancels_that_were_lost_move_the_bounds_of_a_shutdown(tmp_path, watched, received, audit):
    seen = watched("lost-cancels", "fixed", 1)
    received(tmp_path / "r.jsonl", seen.records)
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert data["gap_lines"] == []
    assert "violated" not in words_of(data).values()


def test_an_order_that_only_a_fill_told_is_cancelled_by_its_oid():
    orders = Orders()
    place = Place("0x01", "xyz:GOLD", Side.BUY, D("10"), D("2"), Tif.ALO, False)
    order = OwnOrder(place, 1, 0, 0, LADDER, 0)
    orders.placed(order)
    fill = events.Fill(10, "xyz:GOLD", "0x01", 7, 5, 1, Side.BUY, D("10"), D("1"), False, D("0"), D("0"), None, False)
    orders.told_fill(fill, fresh=True)
    assert orders.cancel_sent(Cancel("xyz:GOLD", 7, None), 11) is order
