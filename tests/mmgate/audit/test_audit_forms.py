"""Every form of record that docs/venue.md names is read; what is strange is told once, and blames nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mmgate.audit.clocks import Clocks
from mmgate.audit.held import Telling
from mmgate.audit.mapping import load_map
from mmgate.audit.messages import Words
from mmgate.audit.wire import Wire
from model import events
from model.codec import Malformed

OWN = "0x6d6d67010000"
ORDER = {"coin": "xyz:GOLD", "side": "B", "limitPx": "4960", "sz": "0.5", "oid": 7, "timestamp": 1, "origSz": "1"}
FILL = {
    "coin": "xyz:GOLD", "px": "4960.0", "sz": "0.5", "side": "B", "time": 1770458500000, "startPosition": "-1.5",
    "dir": "Close Short", "closedPnl": "0.1", "hash": "0x00", "oid": 7, "crossed": False, "fee": "-0.01",
    "feeToken": "USDC", "builderFee": "0.002", "tid": 3, "cloid": None, "twapId": None,
}  # fmt: skip
ENDS = (
    *(
        "canceled",
        "marginCanceled",
        "selfTradeCanceled",
        "reduceOnlyCanceled",
        "scheduledCancel",
        "siblingFilledCanceled",
    ),
    *("liquidatedCanceled", "delistedCanceled", "openInterestCapCanceled", "vaultWithdrawalCanceled"),
)
REJECTS = (
    *(
        "rejected",
        "tickRejected",
        "minTradeNtlRejected",
        "perpMarginRejected",
        "reduceOnlyRejected",
        "badAloPxRejected",
    ),
    *("iocCancelRejected", "oracleRejected", "tooManyOpenOrdersRejected", "badTriggerPxRejected"),
)


def words() -> Words:
    return Words(load_map(None).account, lambda cloid: cloid is not None and cloid.startswith("0x6d6d6701"))


def told(channel: str, data: Any, known: Words | None = None) -> list[events.Event]:
    return list((known or words()).told(1770458500500, {"channel": channel, "data": data}, {}))


def update(status: str, **order: Any) -> list[dict[str, Any]]:
    return [{"order": {**ORDER, "cloid": OWN, **order}, "status": status, "statusTimestamp": 1770458500000}]


@pytest.mark.parametrize("status", ENDS)
def test_a_status_that_takes_an_order_off_ends_it(status):
    (event,) = told("orderUpdates", update(status))
    assert isinstance(event, events.Canceled)
    assert event.reason == status


@pytest.mark.parametrize("status", REJECTS)
def test_a_status_that_refuses_an_order_rejects_it(status):
    (event,) = told("orderUpdates", update(status))
    assert isinstance(event, events.Rejected)


@pytest.mark.parametrize("status", ["filled", "triggered"])
def test_a_status_that_is_not_believed_says_nothing(status):
    assert told("orderUpdates", update(status)) == []


def test_a_status_that_nobody_knows_is_told_and_ends_nothing():
    with pytest.raises(Malformed, match="'evaporated' is none that is known"):
        told("orderUpdates", update("evaporated"))


@pytest.mark.parametrize("coin", ["@107", "PURR/USDC"])
def test_spot_is_passed_over(coin):
    assert told("orderUpdates", update("open", coin=coin)) == []
    assert told("userFills", {"fills": [{**FILL, "coin": coin, "dir": "Spot Dust Conversion"}]}) == []


@pytest.mark.parametrize("coin", ["xyz:GOLD", "abc:TSLA", "BTC"])
def test_coins_of_any_dex_are_named_as_the_venue_names_them(coin):
    (event,) = told("activeAssetCtx", {"coin": coin, "ctx": {"oraclePx": "1.5", "markPx": None, "funding": "0"}})
    assert isinstance(event, events.Oracle)
    assert (event.market, event.mark_px) == (coin, None)


def test_a_fill_without_a_cloid_is_the_other_strategys_unless_its_number_is_known():
    known = words()
    (fill,) = told("userFills", {"user": "0xabc", "fills": [FILL]}, known)
    assert isinstance(fill, events.TakerFill)
    told("orderUpdates", update("open"), known)
    (fill,) = told("userFills", {"user": "0xabc", "fills": [FILL]}, known)
    assert isinstance(fill, events.Fill)
    assert fill.cloid == OWN


@pytest.mark.parametrize("made", ["Liquidated Isolated Long", "Auto-Deleveraging", "Settlement"])
def test_a_fill_that_no_order_made_is_in_doubt(made):
    with pytest.raises(Malformed, match="whose part of the position it takes is not told"):
        told("userFills", {"fills": [{**FILL, "dir": made}]})
    of_own = {**FILL, "cloid": OWN, "liquidation": {"liquidatedUser": "0xdef", "markPx": "4961", "method": "market"}}
    assert isinstance(told("userFills", {"fills": [of_own]})[0], events.Fill)


@pytest.mark.parametrize("kind", ["updateLeverage", "noop", "approveBuilderFee"])
def test_an_action_that_no_order_depends_on_is_no_gap(kind):
    frame = {"method": "post", "id": 1, "request": {"type": "action", "payload": {"action": {"type": kind}}}}
    assert Wire({}).sent(1, frame) is None


def test_a_trigger_order_is_none_that_the_rules_know():
    row = {"coin": "xyz:GOLD", "b": True, "p": "1", "s": "1", "r": True, "c": OWN}
    trigger = {"trigger": {"isMarket": True, "triggerPx": "1", "tpsl": "sl"}}
    with pytest.raises(Malformed, match="is no"):
        list(words().sent({"type": "order", "orders": [{**row, "t": trigger}]}))


@pytest.mark.parametrize(("fill_ms", "left"), [(1770458499000, True), (1770458500100, False)])
def test_an_open_that_tells_what_is_left_contains_the_fills_before_it(fill_ms, left):
    telling = Telling(words(), Wire({}), Clocks(0), 0, 2000)
    fill = {"channel": "userFills", "data": {"fills": [{**FILL, "cloid": OWN, "time": fill_ms}]}}
    found = list(telling.rows((1, 1770458500200, "received", fill, {})))
    opened = {"channel": "orderUpdates", "data": update("open")}
    found += telling.rows((2, 1770458500300, "received", opened, {}))
    assert len(found) == 2 + (not left)
    assert (7 in telling.open) is left


def test_what_is_strange_is_told_once_with_its_line(tmp_path, watched, received, audit):
    lines = received(tmp_path / "r.jsonl", watched("evening", "counter", 2).records)
    for at in (40, 50, 60):
        line = json.loads(lines[at])
        lines[at] = json.dumps({"n": line["n"], "t": line["t"], "ws": {"channel": "l9Book", "data": {}}}) + "\n"
    (tmp_path / "r.jsonl").write_text("".join(lines))
    data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[1]
    assert [gap["line"] for gap in data["gap_lines"] if "l9Book" in gap["text"]] == [41]
    assert data["gaps"] >= 3
    assert "violated" not in {row["word"] for row in data["specs"]}
