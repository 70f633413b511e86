"""Lemmas on the weekend calendar."""

from __future__ import annotations

from model import session
from specs.contracts.scaled import CLOSE_MS, DAY_MS, lemma


@lemma("SES-1", "session.quoting_window", "session.shutdown_window")
def nothing_is_quoted_in_the_shutdown_window(t_ms: int, weekend_only: bool) -> bool:
    """Claim that the windows exclude each other, `weekend_only` or not.

    post: _
    """
    return not (session.quoting_window(t_ms, weekend_only) and session.shutdown_window(t_ms))


@lemma("SES-1", "session.quoting_window")
def the_weekend_is_two_days_from_friday_2100(t_ms: int) -> bool:
    """Claim the window's place in the week, counted from Monday 00:00 UTC (5 January 1970).

    post: _
    """
    of_week_ms = (t_ms - 4 * DAY_MS) % (7 * DAY_MS)
    weekend = 4 * DAY_MS + CLOSE_MS <= of_week_ms < 6 * DAY_MS + CLOSE_MS
    return session.quoting_window(t_ms, True) is weekend


@lemma("ORD-4", "session.shutdown_start_between", "session.latest_shutdown_start", "session.shutdown_window")
def a_shutdown_start_that_was_found_is_one(after_ms: int, until_ms: int) -> bool:
    """Claim that what is found lies between the two times and begins a shutdown window.

    post: _
    """
    start_ms = session.shutdown_start_between(after_ms, until_ms)
    if start_ms is None:
        return True
    begins = session.shutdown_window(start_ms) and not session.shutdown_window(start_ms - 1)
    return after_ms < start_ms <= until_ms and begins


@lemma("ORD-4", "session.shutdown_start_between", "session.latest_shutdown_start")
def no_shutdown_start_is_missed(week: int, before_ms: int, late_ms: int) -> bool:
    """Claim that a life that began before a Sunday 21:00 UTC meets a start, however late its next event is.

    pre: before_ms > 0 and late_ms >= 0
    post: _
    """
    sunday_ms = 7 * DAY_MS * week + 3 * DAY_MS + CLOSE_MS
    return session.shutdown_start_between(sunday_ms - before_ms, sunday_ms + late_ms) is not None


@lemma("SES-1", "session.weekend_of", "session.quoting_window")
def a_weekend_has_one_number_until_the_next_opens(t_ms: int) -> bool:
    """Claim that the number grows by one at each Friday 21:00 UTC, where quoting begins, and at no other time.

    post: _
    """
    step = session.weekend_of(t_ms) - session.weekend_of(t_ms - 1)
    opens = session.quoting_window(t_ms, True) and not session.quoting_window(t_ms - 1, True)
    return step == (1 if opens else 0)


@lemma("SES-1", "session.shutdown_window", "session.since_opening")
def the_shutdown_window_is_three_hours_from_sunday_2100(t_ms: int) -> bool:
    """Claim the window's place in the week, counted from Monday 00:00 UTC (5 January 1970).

    post: _
    """
    of_week_ms = (t_ms - 4 * DAY_MS) % (7 * DAY_MS)
    return session.shutdown_window(t_ms) == (of_week_ms >= 6 * DAY_MS + CLOSE_MS)
