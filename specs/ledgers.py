"""INV-1: the maker's books against a ledger of our own, from the fills it was told, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from model import events, journal
from specs.definitions.inventory import Ledger
from specs.monitor import Monitor
from specs.own import ZERO
from specs.showing import shown
from specs.statements import statement
from specs.view import View

DOUBT = Fraction(1, 10**18)
"""Decimals agree when they differ by no more, relative to 1 or the larger one (port protocol)."""


@dataclass(slots=True)
class Account:
    """One market's ledger in one life. `turned_usd`: the value of its fills, by which rounding is measured.

    `in_doubt`: it began with a position of unknown history, or was corrected: only its net is known.
    """

    ledger: Ledger = field(default_factory=Ledger)
    fills: int = 0
    turned_usd: Fraction = Fraction(0)
    in_doubt: str = ""


class BooksMatchTheFills(Monitor):
    """INV-1. A life's books begin with the start's positions and no realised result (S-5)."""

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
                self._account(position.market).in_doubt = "a position found at start"

    def told_fill(self, turn: journal.Turn, event: events.Fill) -> None:
        """Book a fill, unless it was told before."""
        del turn
        if not self.view.fill_fresh:
            return
        account = self._account(event.market)
        account.ledger.fill(event.side, event.px, event.sz)
        account.fills += 1
        account.turned_usd += abs(Fraction(event.px) * Fraction(event.sz))

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
            if account is not None and account.fills and not account.in_doubt:
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
        ledger = account.ledger
        entry, wanted = booked.avg_entry, ledger.entry_px
        self.antecedent(f"{'flat' if wanted is None else 'open'} · {booked.market}")
        if (entry is None) != (wanted is None) and booked.net == Decimal(0):
            self.violated(f"books tell an entry of {entry} of {booked.market}, which is flat", booked.market)
        elif entry is not None and wanted is not None and _differ(Fraction(entry), wanted):
            fact = f"books tell an entry of {entry} of {booked.market}"
            self.violated(f"{fact}, by its fills it is {shown(wanted)}", booked.market)
        elif entry is None and wanted is not None:
            self.violated(f"books tell no entry of {booked.market}, by its fills {shown(wanted)}", booked.market)
        doubt = DOUBT * max(Fraction(1), account.turned_usd)
        if abs(Fraction(booked.realised) - ledger.realised) > doubt:
            self.violated(
                f"books tell {booked.realised} USD realised in {booked.market}, by its fills {shown(ledger.realised)}",
                booked.market,
            )

    def _account(self, market: str) -> Account:
        return self._accounts.setdefault(market, Account())


def _differ(a: Fraction, b: Fraction) -> bool:
    """Say whether two decimals differ by more than the port protocol allows."""
    return abs(a - b) > DOUBT * max(Fraction(1), abs(a), abs(b))


MONITORS: tuple[type[Monitor], ...] = (BooksMatchTheFills,)
