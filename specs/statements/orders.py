"""Statements on counter-orders and on the life of orders."""

from __future__ import annotations

from specs.spec import Spec
from specs.statements.kinds import ABSENCE, ALWAYS, EXISTENCE, P0, P1, RESPONSE

COUNTER_ORDERS: tuple[Spec, ...] = (
    Spec(
        "CTR-1",
        P0,
        "A counter-order's price knows its rung",
        "Its price is, to the tick, the fill's price moved by the reversion of the filled rung's level towards"
        " the mark told by then; counted where level 0 would have given another price.",
        ("L-1", "L-8"),
        ALWAYS,
        finding="concern 1",
        features=("counter_order",),
    ),
    Spec(
        "CTR-2",
        P0,
        "A counter-order earns at least the fee",
        "It stands on the other side, at least `fee_buffer_bps` better than the fill, and takes at most 95 % of"
        " the way to the mark unless the fee needs more; a displacement above the fee is not sent as the fee.",
        ("L-8",),
        ALWAYS,
        features=("counter_order",),
    ),
    Spec(
        "CTR-3",
        P1,
        "A counter-order only undoes",
        "Its size is at most what is left of the fills it answers, each counted once: after a fall of the position no"
        " more than that, and nothing of an amount rejected too often. It never makes the position larger than before.",
        ("L-8", "L-8a"),
        ALWAYS,
        features=("counter_order",),
    ),
    Spec(
        "CTR-4",
        P0,
        "Counter-orders are few and young",
        "Open ones stay bounded in number and age, across requotes.",
        ("L-8a",),
        ALWAYS,
        finding="concern 6",
        features=("counter_order",),
    ),
    Spec(
        "CTR-5",
        P1,
        "Only a rung's fill is answered",
        "The fill of a counter-order or of a flatten makes no counter-order.",
        ("L-8a",),
        ABSENCE,
        features=("counter_order",),
    ),
    Spec(
        "CTR-6",
        P1,
        "Counter-orders are cancelled for cause",
        "The maker cancels one only for its age, the position limits, a halt, the shutdown, reconcile or a lost"
        " connection; never for a requote alone.",
        ("L-8a", "I-3", "I-4"),
        ALWAYS,
        features=("counter_order",),
    ),
    Spec(
        "CTR-7",
        P1,
        "No fill goes unanswered",
        "A ladder fill is answered by a counter-order in the reply to it, also ten minutes after its order's end,"
        " unless something that L-8a names may stand against one.",
        ("L-4", "L-8", "L-8a"),
        EXISTENCE,
        features=("counter_order",),
    ),
)

LIVES: tuple[Spec, ...] = (
    Spec(
        "ORD-1",
        P0,
        "No orphan",
        "Every own live order is known to the maker: none outlives a finished shutdown or the recovery from a"
        " crash, and none is left without a cancel request where one is due. Counter-orders included.",
        ("L-1", "L-2", "L-9", "L-14"),
        ABSENCE,
        finding="critical issue 1",
    ),
    Spec(
        "ORD-2",
        P0,
        "No ghost",
        "What the maker believes live is live, on its way, or its end is on its way; when nothing is under way belief"
        " and truth are equal.",
        ("L-1", "L-4", "L-5", "L-7a"),
        ALWAYS,
    ),
    Spec(
        "STL-1",
        P0,
        "No stale quote",
        "A live ladder order has a cancel request out once for B-stale no told oracle price was near the one it was"
        " computed on, unless the present ladder has a rung at its price; and once nothing was told for"
        " `oracle_max_age_ms` + B-stale. Whatever is halted, unconfirmed, partly filled or lost.",
        ("L-2", "L-3", "L-6", "Q-11"),
        RESPONSE,
    ),
    Spec(
        "ORD-3",
        P0,
        "The shutdown finishes",
        "Within B-shutdown, under every fault that heals, no own order is live and no own position is left that,"
        " with a usable mark, the book could have closed within the slippage and the account's net position allowed;"
        " `shutdown_done` is not said while an own order is open by what was told.",
        ("L-9",),
        RESPONSE,
    ),
    Spec(
        "ORD-4",
        P0,
        "Every entrance leads into the shutdown",
        "Window, first event after it, start inside or after it with leftovers, signal, hard stop;"
        " `weekend_only` on or off, connected or not: own orders are cancelled and the position is closed.",
        ("L-9", "S-2", "S-3"),
        RESPONSE,
    ),
    Spec(
        "ORD-5",
        P0,
        "Nothing holds back a cancel or a close",
        "Cancels and reduce-only orders pass every halt, gate, throttle and reserve of the maker; a cancel that"
        " the venue refused or that never left is sent again.",
        ("I-8", "L-5", "L-9", "L-12", "L-14"),
        RESPONSE,
    ),
    Spec(
        "ORD-6",
        P1,
        "A halt ends with its cause",
        "Within B-resume, whatever ended the cause: an acknowledgement, a fill, a refused cancel, reconcile,"
        " nothing at all, a shutdown, a new weekend.",
        ("L-6", "S-4"),
        RESPONSE,
    ),
    Spec(
        "ORD-7",
        P0,
        "Nothing outlives its life's successor",
        "After a crash and a restart no order of an earlier life outlives B-recover, and no rung stands twice.",
        ("L-7", "L-10", "L-11", "S-5"),
        ABSENCE,
    ),
    Spec(
        "ORD-8",
        P1,
        "Nothing grows",
        "Open orders of a market stay within ladder, counter-orders and one flatten, those being cancelled"
        " apart; over long runs neither orders nor actions per hour nor replies grow.",
        ("I-5", "L-8a"),
        ALWAYS,
    ),
    Spec(
        "ORD-9",
        P1,
        "The maker never trades with itself",
        "No order but a flatten is sent at a price that meets an own order of the other side that may be live by"
        " all the maker was told.",
        ("L-13",),
        ALWAYS,
    ),
    Spec(
        "ORD-10",
        P1,
        "Requests are not wasted",
        "A rung is placed in a requote or as pending only; nothing is cancelled and placed alike in one reply;"
        " requests stay within the told budget.",
        ("L-3", "L-12"),
        ALWAYS,
    ),
    Spec("ORD-11", P0, "A cloid names one order", "No cloid is used twice, in any life.", ("L-11",), ALWAYS),
    Spec(
        "ORD-12",
        P0,
        "Strangers' orders are left alone",
        "The maker never cancels an order that is not its own.",
        ("L-7", "L-11"),
        ABSENCE,
    ),
    Spec(
        "ORD-13",
        P0,
        "Refused, failed, unanswered: no order is lost",
        "Under every pattern of refused, failed and unanswered actions no orphan and no stale quote arises, and"
        " what did not go out is not believed to have gone.",
        ("L-5", "L-6"),
        ALWAYS,
    ),
    Spec(
        "ORD-14",
        P1,
        "Asked once, and asked again",
        "After a start and after a reconnect open orders are asked for at once, and again `sent_timeout_ms` later, when"
        " what was under way has landed; each may wait one time-out for the answer to the query before it. While"
        " connected there is a query at least every `reconcile_interval_ms`, counted from the last one or its answer.",
        ("L-7",),
        EXISTENCE,
    ),
    Spec(
        "ORD-15",
        P1,
        "A requote leaves nothing half",
        "A rung that was filled in part stays at a requote only where the new ladder has a rung of its price and of"
        " what is left of it; judged when `requote_interval_ms` are over, so that some update was a requote.",
        ("L-3",),
        RESPONSE,
    ),
    Spec(
        "ORD-16",
        P1,
        "Each order rests as it is meant to",
        "A rung is add-liquidity-only, good til cancelled where `use_alo` is off; a counter-order has the time in force"
        " that `counter_order_tif` names; what is reduce-only, or declared a close, is a reduce-only IOC.",
        ("L-3", "L-8", "L-9", "I-4"),
        ALWAYS,
    ),
    Spec(
        "HLT-1",
        P0,
        "A halt places nothing",
        "While quoting is halted, by all that the maker was told, nothing is placed but reduce-only.",
        ("L-6", "L-14", "S-5", "I-7", "I-8"),
        ABSENCE,
    ),
    Spec(
        "DMS-1",
        P1,
        "The dead man's switch stays armed",
        "While it is on and granted and an own order is live, its deadline lies within `dead_man_ms` ahead and is"
        " renewed each third of it; when a shutdown is done, none is left.",
        ("L-10",),
        EXISTENCE,
        features=("schedule_cancel",),
    ),
)

SPECS: tuple[Spec, ...] = COUNTER_ORDERS + LIVES
