"""What monitors remember of many: bounded, and exact as long as it matters."""

from __future__ import annotations

from specs.latest import LEAST, Latest, Marked


def test_the_latest_values_are_kept_and_the_oldest_forgotten():
    latest: Latest[int, str] = Latest(most=3)
    for number in range(5):
        latest.keep(number, str(number))
    assert len(latest) == 3
    assert [latest.of(number) for number in range(5)] == [None, None, "2", "3", "4"]
    assert 1 not in latest
    assert 4 in latest
    assert [latest.take(4), latest.take(4), len(latest)] == ["4", None, 2]


def test_a_mark_stays_as_long_as_its_order_is_remembered_and_no_longer():
    gone = {str(number) for number in range(LEAST) if number % 2}
    marked = Marked(gone.__contains__)
    for number in range(LEAST):
        marked.mark(str(number), "touched")
    assert len(marked) == LEAST // 2
    assert marked.of("0") == "touched"
    assert "1" not in marked
    marked.clear()
    assert len(marked) == 0


def test_marks_on_orders_that_come_and_go_are_bounded():
    last = 0
    marked = Marked(lambda cloid: int(cloid) < last - 100)
    for last in range(20 * LEAST):
        marked.mark(str(last))
    assert len(marked) <= 2 * LEAST
    assert str(last) in marked
