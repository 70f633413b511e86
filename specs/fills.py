"""FIL-1, FIL-2, FIL-3: each fill counts once, own fills are the maker's, and the parts add up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from model import events, journal
from model.actions import FLATTEN, Place
from specs.definitions.rounding import floor_size
from specs.duties import recovered
from specs.latest import Latest
from specs.monitor import Monitor
from specs.own import ZERO, OwnOrder
from specs.statements import statement
from specs.view import View


class FillsCountOnce(Monitor):
    """FIL-1: by `books` the position is the told ledger's; by behaviour no close exceeds it."""

    spec = statement("FIL-1")

    def told_fill(self, turn: journal.Turn, event: events.Fill) -> None:
        """Count how fills are told: new, again, after their order's end."""
        order = self.view.fill_order
        if not self.view.fill_fresh:
            self.antecedent("told again", order, event.market)
        elif order is not None and order.ended_ms is not None and order.ended_by != "filled":
            self.antecedent("told after the order's end", order)
        else:
            self.antecedent("snapshot, new" if event.snapshot else "new", order, event.market)

    def on_books_told(self, record: journal.BooksTold) -> None:
        """Compare the believed position with the ledger of told fills, each identity once (L-4, L-7)."""
        booked = {p.market: p.net for p in record.books.positions}
        for market in self.view.markets:
            fair = self.view.positions.candidates(market)
            net = booked.get(market, ZERO)
            if net not in fair:
                wanted = " or ".join(str(one) for one in fair)
                self.violated(
                    f"the books hold {net} of {market}; start and told fills, each once, give {wanted}", market
                )

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """A close larger than the position, or on its side, counts fills that were not told, or twice."""
        if order.role is not FLATTEN:
            return
        nets = self.view.positions.candidates(place.market)
        if not any(net * place.side.sign < 0 and place.sz <= abs(net) for net in nets):
            held = " or ".join(str(net) for net in nets)
            self.violated(f"{order.label()} closes more than the own position {held}", place.market, place.cloid)


class OwnFillsAreOurs(Monitor):
    """FIL-2: `mm_fill` where attribution is declared; else by `books` and by the size of closes."""

    spec = statement("FIL-2")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._owners: Latest[tuple[int, str, int], str] = Latest()
        """What a fill of an order is that nobody remembers is asked only of the latest."""

    def on_traded(self, record: journal.Traded) -> None:
        """Note whose fill this is, by the venue's truth."""
        self._owners.keep((record.now_ms, record.market, record.tid), record.owner)

    def told_fill(self, turn: journal.Turn, event: events.Fill) -> None:
        """Compare what the maker says of a fill with whose it is."""
        self._compare(turn, event)

    def told_taker_fill(self, turn: journal.Turn, event: events.TakerFill) -> None:
        """Compare what it says of a fill of the other strategy."""
        self._compare(turn, event)

    def _compare(self, turn: journal.Turn, event: events.Fill | events.TakerFill) -> None:
        if "attribution" not in self.view.features:
            return
        own, role = self._own(event)
        said = turn.reply.mm_fill
        if own is None or (not own and not said):
            return
        self.antecedent(f"mm_fill · {role}", market=f"{event.side} · {event.market}")
        if own is not said:
            word = "no word on it" if said is None else f"mm_fill {str(said).lower()}"
            whose = f"own order ({role})" if own else "order of another strategy"
            fact = (
                f"fill {event.tid} of {event.sz} @ {event.px} in {event.market}, of an {whose}, is answered with {word}"
            )
            self.violated(fact, event.market, event.cloid)

    def on_books_told(self, record: journal.BooksTold) -> None:
        """Without attribution: the believed position holds every own fill."""
        if "attribution" in self.view.features:
            return
        booked = {p.market: p.net for p in record.books.positions}
        for market in self.view.markets:
            self.antecedent("books", market=market)
            fair = self.view.positions.candidates(market)
            if booked.get(market, ZERO) not in fair:
                fact = f"the books hold {booked.get(market, ZERO)} of {market}, all told own fills give {fair[0]}"
                self.violated(fact, market)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Without attribution and books: a close is for the whole own part, no more and no less (L-9, I-4)."""
        if order.role is not FLATTEN or not {"attribution", "books"}.isdisjoint(self.view.features):
            return
        self.antecedent("close", order)
        sizes = lawful_closes(self.view, place)
        if Fraction(place.sz) not in sizes:
            wanted = " or ".join(str(float(size)) for size in sizes) or "nothing"
            fact = f"{order.label()} closes another size than all own fills told leave: {wanted}"
            self.violated(fact, place.market, place.cloid)

    def _own(self, event: events.Fill | events.TakerFill) -> tuple[bool | None, str]:
        """Return whether a fill is own (None: unknown), and the role of its order."""
        order = self.view.orders.find(event.cloid, event.oid)
        if order is not None:
            return True, str(order.role) if order.life == self.view.life else "earlier life"
        owner = self._owners.of((event.time_ms, event.market, event.tid))
        if owner is not None:
            return owner == journal.Owner.MAKER, "unknown" if owner == journal.Owner.MAKER else "taker"
        return (False, "taker") if isinstance(event, events.TakerFill) else (None, "")


class PartsAddUp(Monitor):
    """FIL-3: in quiescence the believed own part is the venue's; a close never turns the own part around."""

    spec = statement("FIL-3")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._other_fill_ms: dict[str, int] = {}
        self._knew_all: Latest[str, bool] = Latest()

    def on_books_told(self, record: journal.BooksTold) -> None:
        """Compare the believed own part with the venue's, when nothing is under way."""
        view = self.view
        if not record.quiescent or not self._settled():
            return
        booked = {p.market: p.net for p in record.books.positions}
        for market in view.markets:
            truth, taker = view.positions.mm.get(market, ZERO), view.positions.taker_truth.get(market, ZERO)
            self.antecedent("books · taker beside" if taker else "books", market=market)
            net = booked.get(market, ZERO)
            if net != truth:
                total = f"the venue's position is {truth + taker}, {taker} of it the other strategy's"
                self.violated(f"the books hold {net} of {market}, but {total}", market)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Note whether every own fill of before a close was told by its sending."""
        if order.role is FLATTEN:
            positions, market = self.view.positions, place.market
            knew_all = positions.net.get(market, ZERO) == positions.mm.get(market, ZERO)
            self._knew_all.keep(place.cloid, knew_all)

    def on_traded(self, record: journal.Traded) -> None:
        """A close that turns the own part around closes what is not the maker's."""
        if record.owner != journal.Owner.MAKER:
            return
        order = self.view.orders.find(record.cloid, record.oid)
        if order is None or order.role is not FLATTEN:
            self._other_fill_ms[record.market] = record.now_ms
            return
        self.antecedent("close", order)
        left = self.view.positions.mm.get(record.market, ZERO)
        raced = self._other_fill_ms.get(record.market, -1) >= order.sent_ms
        if left * record.side.sign > 0 and not raced and self._knew_all.of(order.cloid):
            fact = f"{order.label()} turned the own position of {record.market} around, to {left}"
            self.violated(fact, record.market, order.cloid)

    def _settled(self) -> bool:
        """Say whether belief must be truth: undisturbed, or B-recover after the last trouble and the last fill."""
        view = self.view
        if view.life_count == 1 and view.fault_ms == 0 and not view.faults:
            return True
        positions = view.positions
        lost = any(positions.net.get(market, ZERO) != net for market, net in positions.mm.items())
        return recovered(view, view.last_own_fill_ms, view.bounds.repair_ms if lost else 0)


def lawful_closes(view: View, place: Place) -> tuple[Fraction, ...]:
    """Return the sizes a close may have: the whole own part, or what the account's net position allows of it."""
    market = view.markets.get(place.market)
    if market is None:
        return ()
    sizes: list[Decimal] = []
    for net, account in view.accounts(place.market):
        if net * place.side.sign < 0:
            sizes.append(abs(net))
            if account * place.side.sign < 0:
                sizes.append(min(abs(net), abs(account)))
    return tuple(dict.fromkeys(floor_size(Fraction(size), market) for size in sizes))


MONITORS: tuple[type[Monitor], ...] = (FillsCountOnce, OwnFillsAreOurs, PartsAddUp)
