"""INV-1: the maker's books against a ledger of our own, from the fills it was told, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from model import events, journal
from specs.definitions.inventory import Ledger
from specs.monitor import Monitor
from specs.own import ZERO, sane
from specs.showing import shown
from specs.statements import statement
from specs.view import View

DOUBT = Fraction(1, 10**18)
"""Decimals agree when they differ by no more, relative to 1 or the larger one (port protocol)."""


@dataclass(slots=True)
class Account:
    """One market's books in one life, as they may rightly be: a ledger for each fair reading of what it began with.

    `found`: a position at start that has no entry yet; the first usable mark gives it (S-5), or, `marked`, the first
    one told. `turned_usd`: the value of what was booked, by which rounding is measured. `in_doubt`: it was corrected,
    or filled before a usable mark: only its net is known.
    """

    ledgers: list[Ledger] = field(default_factory=lambda: [Ledger()])
    found: Decimal | None = None
    marked: bool = False
    booked: int = 0
    turned_usd: Fraction = Fraction(0)
    in_doubt: str = ""

    def find(self, size: Decimal, entry_px: Decimal | None) -> None:
        """Begin with a position of unknown history; the account's entry, where one is told, is a fair one, too."""
        self.found, self.ledgers = size, []
        if entry_px is not None and sane(entry_px):
            self.enter(size, entry_px)

    def enter(self, size: Decimal, px: Decimal) -> None:
        """Add the reading that the position found was entered at this price."""
        ledger = Ledger()
        ledger.open(size, Fraction(px))
        if ledger not in self.ledgers:
            self.ledgers.append(ledger)
        self.turned_usd = max(self.turned_usd, abs(Fraction(size) * Fraction(px)))

    def fill(self, event: events.Fill) -> None:
        """Book a fill."""
        for ledger in self.ledgers:
            ledger.fill(event.side, event.px, event.sz)
        self.booked += 1
        self.turned_usd += abs(Fraction(event.px) * Fraction(event.sz))


class BooksMatchTheFills(Monitor):
    """INV-1. A life's books begin with the start's positions, entered at the first mark, and nothing realised (S-5)."""

    spec = statement("INV-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._accounts: dict[str, Account] = {}

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Open the books of a life."""
        del turn
        self._accounts = {}
        for position in event.positions:
            if position.size != position.taker_size:
                self._account(position.market).find(position.size - position.taker_size, position.entry_px)

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """A mark gives a position found its entry."""
        del turn
        self._marked(event.market)

    def told_taker_fill(self, turn: journal.Turn, event: events.TakerFill) -> None:
        """It may tell the first mark."""
        del turn
        self._marked(event.market)

    def told_fill(self, turn: journal.Turn, event: events.Fill) -> None:
        """Book a fill, unless it was told before."""
        del turn
        if not self.view.fill_fresh:
            return
        account = self._account(event.market)
        if account.found is not None:
            account.in_doubt = "a fill came before a usable mark"
        account.fill(event)

    def _marked(self, market: str) -> None:
        """Enter a position found at the mark: the first told, or the first that is usable, beside its oracle (Q-0)."""
        account = self._accounts.get(market)
        if account is None or account.found is None:
            return
        told = self.view.told_of(market)
        usable = told.mark_usable(self.view.config)
        if told.mark_px is not None and sane(told.mark_px) and (usable or not account.marked):
            account.enter(account.found, told.mark_px)
            account.marked = True
        if usable:
            account.found, account.booked = None, 1

    def on_log(self, turn: journal.Turn) -> None:
        """Note corrections: after one the books follow the venue."""
        for line in turn.reply.log:
            if line.code == "position_corrected" and line.market is not None:
                self._account(line.market).in_doubt = "a position was corrected"

    def on_books_told(self, record: journal.BooksTold) -> None:
        """Compare the books told with the ledger, market by market."""
        for market in self.view.positions.adopted:
            self._account(market).in_doubt = "a position may have been corrected"
        for booked in record.books.positions:
            self._judge_net(booked)
            account = self._accounts.get(booked.market)
            if account is not None and account.booked and account.found is None and not account.in_doubt:
                self._judge_results(booked, account)
        told = {booked.market for booked in record.books.positions}
        for market in self._accounts:
            if market not in told and market in self.view.markets:
                absent = journal.BookedPosition(market, ZERO, None, ZERO)
                self._judge_net(absent)

    def _judge_net(self, booked: journal.BookedPosition) -> None:
        nets = self.view.positions.candidates(booked.market)
        if any(nets):
            self.antecedent(f"net · {booked.market}")
        if booked.net not in nets:
            wanted = " or ".join(f"{net:f}" for net in nets)
            self.violated(f"books tell {booked.net:f} of {booked.market}, by its fills it is {wanted}", booked.market)

    def _judge_results(self, booked: journal.BookedPosition, account: Account) -> None:
        """Ask for the entry and the result of one ledger."""
        wanted = account.ledgers[0].entry_px
        self.antecedent(f"{'flat' if wanted is None else 'open'} · {booked.market}")
        doubt = DOUBT * max(Fraction(1), account.turned_usd)
        faults = [_fault(booked, ledger, doubt) for ledger in account.ledgers]
        if all(faults):
            self.violated(faults[0], booked.market)

    def _account(self, market: str) -> Account:
        return self._accounts.setdefault(market, Account())


def _differ(a: Fraction, b: Fraction) -> bool:
    """Say whether two decimals differ by more than the port protocol allows."""
    return abs(a - b) > DOUBT * max(Fraction(1), abs(a), abs(b))


def _fault(booked: journal.BookedPosition, ledger: Ledger, doubt: Fraction) -> str:
    """Say how the books told differ from a ledger; empty where they agree."""
    entry, wanted = booked.avg_entry, ledger.entry_px
    if entry is not None and wanted is None and booked.net == 0:
        return f"books tell an entry of {entry} of {booked.market}, which is flat"
    if entry is not None and wanted is not None and _differ(Fraction(entry), wanted):
        return f"books tell an entry of {entry} of {booked.market}, by its fills it is {shown(wanted)}"
    if entry is None and wanted is not None:
        return f"books tell no entry of {booked.market}, by its fills {shown(wanted)}"
    if abs(Fraction(booked.realised) - ledger.realised) > doubt:
        fact = f"books tell {booked.realised} USD realised in {booked.market}"
        return f"{fact}, by its fills {shown(ledger.realised)}"
    return ""


MONITORS: tuple[type[Monitor], ...] = (BooksMatchTheFills,)
