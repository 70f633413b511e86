//! Events: each writes down what it tells, and decides nothing (but that an order found live is cancelled).

use crate::decimal::{Dec, ZERO};
use crate::facts::{Role, Shutdown};
use crate::json::Json;
use crate::maker::{Life, RETRY_MS};
use crate::quoting::Side;

impl Life {
    pub fn hear(&mut self, kind: &str, event: &Json) {
        match kind {
            "oracle" => self.hear_oracle(event),
            "resting" => self.hear_resting(event),
            "fill" | "taker_fill" => self.hear_fill(event),
            "done" => self.hear_done(event),
            "canceled" => self.hear_end(event, "canceled"),
            "rejected" => self.hear_rejected(event),
            "cancel_rejected" => self.hear_cancel_rejected(event),
            "send_failed" => self.hear_send_failed(event),
            "unknown" => self.hear_unknown(event),
            "open_orders" => self.hear_open_orders(event),
            "disconnected" => self.hear_disconnected(),
            "connected" => self.hear_connected(),
            "shutdown" => self.hear_shutdown(event),
            "timer" | "schedule_cancel_rejected" => {}
            _ => self.refuse("unknown event type", None),
        }
    }

    fn hear_oracle(&mut self, event: &Json) {
        let name = event.get("market").text().unwrap_or("");
        let at = match self.known_market(name) {
            Some(at) => at,
            None => return self.refuse("oracle of a market that was never told", Some(name)),
        };
        let (oracle, mark) = (event.get("oracle_px").positive(), event.get("mark_px").positive());
        let bad = match (oracle, mark) {
            (None, _) => Some("oracle price is missing or not positive"),
            (_, None) => Some("mark price is missing or not positive"),
            (Some(oracle), Some(mark)) if self.gap(oracle, mark) => Some("oracle and mark are too far apart"),
            _ => None,
        };
        let now = self.now;
        let m = &mut self.markets[at];
        m.oracle = oracle;
        m.mark = mark;
        m.oracle_ms = Some(now);
        m.stale_said = false;
        let news = bad != m.price_bad;
        m.price_bad = bad;
        if let Some(why) = bad.filter(|_| news) {
            let shown = |name| Json::from(event.get(name).shown());
            let fields = vec![("oracle_px", shown("oracle_px")), ("mark_px", shown("mark_px"))];
            self.say_of("warn", "unusable_price", at, &format!("{}: no ladder", why), fields);
        }
    }

    fn hear_resting(&mut self, event: &Json) {
        let remaining = event.get("remaining").positive();
        let id = match self.find(event) {
            Some(id) => id,
            None => {
                if self.is_unknown_own(event) {
                    self.adopt(event);
                }
                return;
            }
        };
        let (now, seq) = (self.now, self.seq);
        let t = self.ticket(id);
        t.oid = t.oid.or_else(|| event.get("oid").integer());
        if t.end.is_some() {
            if t.may_be_back() && t.filled < t.size {
                self.revive(id, remaining);
            }
            return;
        }
        t.changed = now;
        t.worded = true;
        t.absent = None;
        if t.cancels == 0 {
            t.unknown = false;
        }
        t.hear_remaining(remaining);
        t.rest_seq = t.rest_seq.or(Some(seq));
        if t.rearm {
            self.send_cancel(id);
        }
    }

    /// What makes a fill one fill: venue time, market, tid (L-4).
    pub fn identity(fill: &Json) -> Option<(i64, String, String)> {
        let tid = fill.get("tid");
        let named = match tid {
            Json::Number(text) => !text.contains(&['.', 'e', 'E'][..]),
            Json::Text(_) => true,
            _ => false,
        };
        if !named {
            return None;
        }
        Some((fill.get("time_ms").integer()?, fill.get("market").text()?.to_string(), tid.written()))
    }

    /// A fill of the other strategy counts for the drawdown gate (I-7).
    pub fn book_loss(&mut self, fill: &Json) {
        let time_ms = fill.get("time_ms").integer().unwrap_or(self.now);
        match (fill.get("closed_pnl").decimal(), fill.get("fee").decimal()) {
            (Some(pnl), Some(fee)) => self.losses.push((time_ms, pnl - fee)),
            _ => {
                // not permission: read as a loss beyond any limit
                self.refuse(
                    "taker fill without usable closed_pnl or fee: counted against the gate",
                    fill.get("market").text(),
                );
                self.losses.push((time_ms, Dec::parse("-1e24").unwrap_or(ZERO)));
            }
        }
    }

    fn hear_fill(&mut self, event: &Json) {
        let (side, identity) = (Side::read(event.get("side").text()), Life::identity(event));
        let (px, sz) = (event.get("px").positive(), event.get("sz").positive());
        let (identity, side, px, sz) = match (identity, side, px, sz) {
            (Some(identity), Some(side), Some(px), Some(sz)) => (identity, side, px, sz),
            _ => {
                self.demand = true; // something happened: let the venue tell the position
                return self.refuse("unusable fill", event.get("market").text());
            }
        };
        if self.seen.contains(&identity) {
            return;
        }
        let (when, at) = (identity.0, self.market(&identity.1));
        let found = self.find(event);
        if found.and_then(|id| self.tickets[&id].side).map_or(false, |own| own != side) {
            self.demand = true;
            return self.refuse("fill on the other side than its order's", Some(&identity.1));
        }
        self.seen.insert(identity);
        self.hear_mark(at, event);
        let seq = self.seq;
        let m = &mut self.markets[at];
        m.fill_seq = seq;
        m.diff_query = None;
        if found.is_none() && !self.is_own(event.get("cloid")) {
            self.book_loss(event);
            let m = &mut self.markets[at];
            if m.taker_ms.map_or(true, |ms| when >= ms) {
                m.taker = m.taker + side.signed(sz);
            }
            return;
        }
        let m = &mut self.markets[at];
        m.tries = 0;
        if m.fixed_ms.map_or(true, |ms| when >= ms) {
            m.net = m.net + side.signed(sz);
        }
        self.new_fill = true;
        self.budget = self.budget + px * sz;
        match found {
            Some(id) => self.fill_ticket(id, side, sz),
            None => self.demand = true,
        }
    }

    /// A mark told with a fill counts where none was told before.
    fn hear_mark(&mut self, at: usize, event: &Json) {
        let m = &self.markets[at];
        if event.get("snapshot").boolean() == Some(true) || m.mark.is_some() || m.price_bad.is_some() {
            return;
        }
        if let Some(mark) = event.get("mark_px").positive() {
            if m.oracle.map_or(true, |oracle| !self.gap(oracle, mark)) {
                self.markets[at].mark = Some(mark);
            }
        }
    }

    fn fill_ticket(&mut self, id: u64, side: Side, sz: Dec) {
        let now = self.now;
        let t = self.ticket(id);
        let first = t.filled.is_zero();
        t.filled = t.filled + sz;
        t.changed = now;
        t.worded = true;
        t.agree = None;
        if t.cancels == 0 {
            t.unknown = false;
        }
        let (at, role, full) = (t.market, t.role, t.filled >= t.size);
        let landed = t.may_be_back() && t.rest_seq.is_none() && role != Role::Flatten;
        if first && matches!(role, Role::Ladder | Role::Revived) {
            let m = &mut self.markets[at];
            m.adverse = if m.adverse_side == Some(side) { m.adverse + 1 } else { 1 };
            m.adverse_side = Some(side);
            m.adverse_ms = now;
        }
        if full {
            self.finish(id, "filled");
        } else if landed {
            self.revive(id, None); // it landed after all and may still rest
        }
    }

    fn hear_done(&mut self, event: &Json) {
        let id = match self.find(event).filter(|id| self.tickets[id].role == Role::Flatten) {
            Some(id) => id,
            None => {
                self.demand = true;
                return self.refuse("done of an order that is no known IOC", event.get("market").text());
            }
        };
        let t = self.ticket(id);
        if !t.done_told {
            t.done_told = true;
            t.done_sz = event.get("filled_sz").decimal().filter(|sz| *sz >= ZERO);
        }
        t.worded = true;
        if t.end.is_some() && t.why == "absent" {
            t.why = "done";
        }
        self.finish(id, "done");
    }

    /// The venue's own word: after it nothing revives the order. Returns the order.
    fn end_by_word(&mut self, event: &Json, why: &'static str) -> Option<u64> {
        let id = self.find(event)?;
        let t = self.ticket(id);
        t.worded = true;
        if t.may_be_back() {
            t.why = why;
        }
        self.finish(id, why);
        Some(id)
    }

    fn hear_end(&mut self, event: &Json, why: &'static str) {
        self.end_by_word(event, why);
    }

    fn hear_rejected(&mut self, event: &Json) {
        if let Some(id) = self.end_by_word(event, "rejected") {
            if self.tickets[&id].role == Role::Flatten {
                self.demand = true;
                let at = self.tickets[&id].market;
                self.say_of("warn", "flatten_rejected", at, &event.get("reason").shown(), vec![]);
            }
        }
    }

    fn hear_cancel_rejected(&mut self, event: &Json) {
        let id = match self.find(event).filter(|id| self.tickets[id].end.is_none()) {
            Some(id) => id,
            None => return,
        };
        let t = self.ticket(id);
        t.cancel_wait = None;
        if let (Some(rested), Some(sent)) = (t.rest_seq, t.cancel_seq) {
            if sent >= rested {
                return self.finish(id, "cancel_rejected");
            }
        }
        t.cancel_rejected = true; // the cancel may have overtaken its place: it says nothing
        t.rearm = t.rest_seq.is_none();
        self.demand = true;
    }

    /// Which request failed may be untold: the place, only if it was never answered and no cancel can be meant.
    fn hear_send_failed(&mut self, event: &Json) {
        let id = match self.find(event).filter(|id| self.tickets[id].end.is_none()) {
            Some(id) => id,
            None => return,
        };
        let now = self.now;
        let t = self.ticket(id);
        t.failures += 1;
        if !t.worded && t.failures > t.cancels {
            return self.finish(id, "send_failed");
        }
        if t.cancels > 0 {
            t.cancel_wait = None;
            t.retry = Some(now + RETRY_MS);
            if t.worded {
                t.unknown = false;
            } else {
                self.demand = true;
            }
        }
    }

    fn hear_unknown(&mut self, event: &Json) {
        self.demand = true;
        if let Some(id) = self.find(event).filter(|id| self.tickets[id].end.is_none()) {
            self.ticket(id).unknown = true;
        }
    }

    fn hear_disconnected(&mut self) {
        self.up = false;
        for at in 0..self.markets.len() {
            self.cancel_market(at);
        }
    }

    fn hear_connected(&mut self) {
        self.up = true;
        self.link_seq = Some(self.seq);
        self.query = None;
        self.ask_now = true;
        self.again_at = Some(self.now + self.config.sent_timeout_ms);
    }

    fn hear_shutdown(&mut self, event: &Json) {
        self.stopped = true;
        if self.shutdown != Shutdown::Running {
            self.open_shutdown(&event.get("reason").shown());
        }
    }
}
