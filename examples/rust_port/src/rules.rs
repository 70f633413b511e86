//! One pass over all rules after every event: derived from the facts alone, no state of its own but the shutdown's.

use crate::calls::{next_sunday, session, weekend, HOUR_MS};
use crate::decimal::{Dec, BPS, ONE, ZERO};
use crate::facts::{Role, Shutdown, Ticket};
use crate::json::{object, Json};
use crate::maker::Life;
use crate::quoting::{legal_px, lots, Side, SIDES};

const REMEMBER_MS: i64 = 600_000;

impl Life {
    pub fn rules(&mut self, quote: Option<usize>) {
        self.turn_weekend();
        let (quoting, _) = session(self.now, self.config.weekend_only);
        let closed = self.stopped || !quoting;
        if self.shutdown == Shutdown::Done && !closed {
            self.shutdown = Shutdown::No;
        }
        self.settle_attempts();
        let halt = self.halted();
        let busy = self.markets.iter().any(|m| !m.live.is_empty() || !m.net.is_zero());
        let shutting = self.shutdown == Shutdown::Running || (closed && busy);
        for at in 0..self.markets.len() {
            self.guard(at, halt, quoting);
            if !shutting && self.emergency(at) {
                let all = self.markets[at].net.abs();
                self.flatten(at, all); // I-4; in a shutdown its own attempts do it
            }
        }
        self.shut_down(closed);
        self.retry_cancels();
        for at in 0..self.markets.len() {
            let m = &self.markets[at];
            let last_word = m.last_word && m.wait.iter().any(|levels| !levels.is_empty());
            if m.quoted && m.block_told.is_none() && self.block(at, halt, quoting).is_none() {
                if quote == Some(at) && self.requote_due(at) {
                    self.requote(at);
                } else if last_word {
                    self.fill_in(at);
                }
            }
            self.markets[at].last_word = false;
        }
        if self.verdict && self.born && self.quiet() {
            self.finish_shutdown();
        }
        self.verdict = false;
        self.ask();
        self.forget(self.now - REMEMBER_MS);
    }

    /// S-2 and S-4.
    fn turn_weekend(&mut self) {
        let number = weekend(self.now);
        if number != self.weekend {
            self.weekend = number;
            for m in &mut self.markets {
                m.adverse = 0;
                m.adverse_side = None;
                m.fresh = true;
            }
            if !self.stopped {
                self.shutdown = Shutdown::No;
            }
        }
        if self.now >= self.sunday {
            self.sunday = next_sunday(self.now);
            if self.shutdown != Shutdown::Running {
                self.open_shutdown("window");
            }
        }
    }

    /// What holds before any quote: decay, age, and the cancels of a blocked ladder or of a side at its limit.
    fn guard(&mut self, at: usize, halt: Option<&'static str>, quoting: bool) {
        let (now, decay_ms, stale) = (self.now, self.config.adverse_decay_ms, self.stale(at));
        let m = &mut self.markets[at];
        if decay_ms > 0 && now - m.adverse_ms >= decay_ms {
            m.adverse = 0;
        }
        if m.quoted && m.oracle_ms.is_some() && !m.stale_said && stale {
            m.stale_said = true;
            self.say_of("warn", "stale_oracle", at, "the oracle price is too old: no ladder", vec![]);
        }
        let why = self.block(at, halt, quoting);
        let m = &mut self.markets[at];
        if why != m.block_told && (m.quoted || why.is_none()) {
            m.block_told = why;
            let code = if why.is_some() { "ladder_off" } else { "ladder_on" };
            self.say_of("info", code, at, why.unwrap_or("quoting is allowed"), vec![]);
        }
        if why.is_some() {
            self.markets[at].fresh = true;
            self.markets[at].wait.iter_mut().for_each(|levels| levels.clear());
            return self.cancel_market(at);
        }
        for side in SIDES {
            if self.leans(at, side) {
                self.markets[at].wait[side as usize].clear(); // I-3
                for id in self.markets[at].live.clone() {
                    let t = &self.tickets[&id];
                    if t.side == Some(side) && t.role != Role::Flatten {
                        self.want_cancel(id);
                    }
                }
            }
        }
    }

    /// Ask for the end of every order of a market; an IOC that was never seen resting ends by itself.
    pub fn cancel_market(&mut self, at: usize) {
        for id in self.markets[at].live.clone() {
            let t = &self.tickets[&id];
            if t.role != Role::Flatten || t.rest_seq.is_some() {
                self.want_cancel(id);
            }
        }
    }

    /// Cancels that never left go out again (L-5, L-14).
    fn retry_cancels(&mut self) {
        if !self.up || self.link_seq.is_some() {
            return;
        }
        for at in 0..self.markets.len() {
            for id in self.markets[at].live.clone() {
                if self.tickets[&id].retry.map_or(false, |due| self.now >= due) {
                    self.send_cancel(id);
                }
            }
        }
    }

    // ---- what the facts say

    pub fn overdue_place(&self, t: &Ticket) -> bool {
        let unanswered = !t.worded || t.role == Role::Flatten;
        unanswered && t.rest_seq.is_none() && self.now - t.sent >= self.config.sent_timeout_ms
    }

    pub fn overdue_cancel(&self, t: &Ticket) -> bool {
        let patience_ms = match self.config.stale_cancel_timeout_ms {
            0 => 10_000,
            told => told,
        };
        t.cancel_wait.map_or(false, |since| self.now - since >= patience_ms)
    }

    pub fn gap(&self, oracle: Dec, mark: Dec) -> bool {
        let most = self.config.max_oracle_mark_gap_bps;
        most.is_positive() && (oracle - mark).abs() * BPS > most * oracle
    }

    /// The usable mark, or none.
    pub fn mark(&self, at: usize) -> Option<Dec> {
        let m = &self.markets[at];
        m.mark.filter(|mark| !m.oracle.map_or(false, |oracle| self.gap(oracle, *mark)))
    }

    /// I-2; 0 while there is no usable mark, when nothing is quoted anyway.
    pub fn ratio(&self, at: usize) -> Dec {
        let worth = self.markets[at].net * self.mark(at).unwrap_or(ZERO);
        (worth / self.config.max_position_usd).max(-ONE).min(ONE)
    }

    /// Whether a side may not grow any more (I-3).
    pub fn leans(&self, at: usize, side: Side) -> bool {
        side.signed(self.ratio(at)) >= self.config.inventory_warn_ratio
    }

    fn emergency(&self, at: usize) -> bool {
        self.ratio(at).abs() >= self.config.inventory_emergency_ratio
    }

    fn stale(&self, at: usize) -> bool {
        let most = self.config.oracle_max_age_ms;
        self.markets[at].oracle_ms.map_or(true, |told| most > 0 && self.now - told > most)
    }

    /// What halts all markets, or none (L-6).
    fn halted(&mut self) -> Option<&'static str> {
        if !self.up || self.link_seq.is_some() {
            return Some("disconnected");
        }
        if !self.born {
            return Some("beginning of the life");
        }
        if self.gate_shut() {
            return Some("drawdown gate");
        }
        let mut live = self.markets.iter().flat_map(|m| m.live.iter()).map(|id| &self.tickets[id]);
        if live.any(|t| t.unknown || self.overdue_place(t)) {
            return Some("an unanswered order");
        }
        None
    }

    /// I-7.
    fn gate_shut(&mut self) -> bool {
        let since = self.now - HOUR_MS;
        self.losses.retain(|(ms, _)| *ms >= since);
        let most = self.config.max_hourly_drawdown_usd;
        let sum = self.losses.iter().fold(ZERO, |all, (_, result)| all + *result);
        most.is_positive() && !self.losses.is_empty() && sum <= -most
    }

    /// Why there is no ladder in this market now, or none.
    fn block(&self, at: usize, halt: Option<&'static str>, quoting: bool) -> Option<&'static str> {
        let m = &self.markets[at];
        if !m.quoted || m.sz_decimals.is_none() {
            return Some("not configured");
        }
        if self.stopped || self.shutdown == Shutdown::Running || !quoting {
            return Some("outside the quoting window or shutting down");
        }
        if !self.config.enabled {
            return Some("observation");
        }
        if halt.is_some() {
            return halt;
        }
        if self.config.stale_cancel_timeout_ms > 0 && m.live.iter().any(|id| self.overdue_cancel(&self.tickets[id])) {
            return Some("a stale cancel");
        }
        if m.price_bad.is_some() || m.oracle.is_none() || self.mark(at).is_none() {
            return Some("no usable price");
        }
        if self.stale(at) {
            return Some("stale oracle");
        }
        if self.emergency(at) {
            return Some("inventory emergency");
        }
        None
    }

    // ---- the shutdown (L-9)

    pub fn open_shutdown(&mut self, why: &str) {
        self.shutdown = Shutdown::Running;
        self.shutdown_said.clear();
        self.markets.iter_mut().for_each(|m| m.tries = 0);
        self.say("warn", "shutdown_started", None, why, vec![]);
    }

    /// Lots that an attempt may close: min(|net|, what the account's net position lets reduce-only close).
    fn closeable(&self, at: usize) -> Dec {
        let m = &self.markets[at];
        let account = m.net + m.taker;
        let room = if m.net.is_positive() { account } else { -account };
        match m.sz_decimals {
            Some(decimals) if !m.net.is_zero() => lots(m.net.abs().min(room.max(ZERO)), decimals),
            _ => ZERO,
        }
    }

    fn attempt_left(&self, at: usize) -> bool {
        let m = &self.markets[at];
        let some = !m.net.is_zero() && self.mark(at).is_some() && m.tries < self.config.flatten_max_attempts;
        some && self.closeable(at).is_positive()
    }

    /// Whether the last attempt's fills are all told.
    pub fn attempt_settled(&self, at: usize) -> bool {
        self.markets[at].attempt.map_or(true, |id| self.tickets[&id].settled)
    }

    /// Close with one reduce-only IOC at mark ∓ slippage, unless the last attempt is open or too recent.
    fn flatten(&mut self, at: usize, size: Dec) {
        let m = &self.markets[at];
        let recent = m.attempt_ms.map_or(false, |ms| self.now - ms < self.config.requote_interval_ms);
        let (decimals, mark) = match (m.sz_decimals, self.mark(at)) {
            (Some(decimals), Some(mark)) if self.attempt_settled(at) && !recent => (decimals, mark),
            _ => return,
        };
        let side = m.side_to_close();
        let worst = mark * (ONE + side.signed(self.config.flatten_slippage_bps / BPS));
        let (px, sz) = (legal_px(worst, side, decimals), lots(size, decimals));
        if px.is_positive() && sz.is_positive() {
            let id = self.send_place(at, side, px, sz, None);
            self.ticket(id).in_shutdown = self.shutdown == Shutdown::Running;
            self.markets[at].attempt = Some(id);
            self.markets[at].attempt_ms = Some(self.now);
        }
    }

    fn settle_attempts(&mut self) {
        for at in 0..self.markets.len() {
            let id = match self.markets[at].attempt {
                Some(id) => id,
                None => continue,
            };
            let t = self.ticket(id);
            if t.closed {
                continue;
            }
            if !t.settled && t.end.is_some() {
                if matches!(t.why, "rejected" | "send_failed") {
                    t.settled = true;
                } else if t.filled >= t.size || (t.done_told && t.done_sz.map_or(false, |sz| t.filled >= sz)) {
                    t.settled = true;
                    t.counts = true;
                }
            }
            t.closed = t.settled;
            if t.closed && t.counts && t.in_shutdown {
                self.markets[at].tries += 1;
            }
        }
    }

    fn shut_down(&mut self, closed: bool) {
        let all = 0..self.markets.len();
        let live = self.markets.iter().any(|m| !m.live.is_empty());
        if self.shutdown == Shutdown::No && closed && (live || self.markets.iter().any(|m| !m.net.is_zero())) {
            self.open_shutdown("own orders or a position outside the quoting window");
        } else if self.shutdown == Shutdown::Done
            && closed
            && (live || self.new_fill || all.clone().any(|at| self.attempt_left(at)))
        {
            self.shutdown = Shutdown::Running;
            self.shutdown_said.clear();
            self.say("warn", "shutdown_reopened", None, "there is something to close again", vec![]);
        }
        self.new_fill = false;
        if self.shutdown != Shutdown::Running {
            return;
        }
        for at in all {
            self.report_blocked(at);
            if self.attempt_left(at) {
                let size = self.closeable(at);
                self.flatten(at, size);
            }
        }
    }

    fn report_blocked(&mut self, at: usize) {
        let (m, closeable) = (&self.markets[at], self.closeable(at));
        let short = m.sz_decimals.map_or(false, |decimals| closeable < lots(m.net.abs(), decimals));
        if short && !self.shutdown_said.contains(&at) {
            let fields =
                vec![("net", Json::from(m.net)), ("taker", Json::from(m.taker)), ("closeable", Json::from(closeable))];
            self.shutdown_said.push(at);
            let text = "the account's net position lets reduce-only close less than the maker's part";
            self.say_of("warn", "close_blocked_by_taker", at, text, fields);
        }
    }

    /// Nothing is left to do in the shutdown but to ask.
    pub fn quiet(&self) -> bool {
        let idle = |at: usize| self.markets[at].live.is_empty() && self.attempt_settled(at) && !self.attempt_left(at);
        self.shutdown == Shutdown::Running && (0..self.markets.len()).all(idle)
    }

    fn finish_shutdown(&mut self) {
        let mut left = Vec::new();
        for at in 0..self.markets.len() {
            let size = Json::from(self.markets[at].net);
            if !self.markets[at].net.is_zero() {
                let name = Json::from(self.markets[at].name.as_str());
                left.push(object(vec![("market", name), ("size", size.clone())]));
                let text = "the shutdown ends with an open position of the maker";
                self.say_of("error", "position_left_open", at, text, vec![("size", size)]);
            }
        }
        self.shutdown = Shutdown::Done;
        let text = "no own order, books agree with the venue";
        self.say("info", "shutdown_done", None, text, vec![("left_open", Json::List(left))]);
    }
}
