//! When the venue is asked for orders and positions (L-7, L-7a).

use std::collections::BTreeSet;

use crate::facts::{Query, Reason};
use crate::json::{object, Json};
use crate::maker::{Life, RETRY_MS};

impl Life {
    fn reasons(&self) -> BTreeSet<Reason> {
        let mut out = BTreeSet::new();
        for (at, m) in self.markets.iter().enumerate() {
            for id in &m.live {
                let t = &self.tickets[id];
                let open = t.unknown || t.cancel_rejected || t.absent.is_some();
                if open || self.overdue_place(t) || self.overdue_cancel(t) {
                    out.insert(Reason::Order(*id));
                }
            }
            if let Some(id) = m.attempt.filter(|id| !self.tickets[id].settled && self.tickets[id].end.is_some()) {
                out.insert(Reason::Order(id));
            }
            if !m.diff.is_zero() {
                out.insert(Reason::Difference(at));
            }
        }
        if self.quiet() {
            out.insert(Reason::Shutdown);
        }
        out
    }

    pub fn ask(&mut self) {
        let (now, patience_ms, why) = (self.now, self.config.sent_timeout_ms, self.reasons());
        let calm = why.contains(&Reason::Shutdown);
        if self.answer_last != Some(now) && why.difference(&self.waiting).next().is_some() {
            self.demand = true;
        }
        let waits = !why.is_empty();
        self.waiting = why;
        let due = match &mut self.query {
            Some(query) => {
                query.last = query.last && calm;
                now - query.ms >= patience_ms
            }
            None => self.due(waits),
        };
        if !due || self.query_last.map_or(false, |last| now <= last) {
            return;
        }
        self.query = Some(Query { ms: now, raw: self.raw, seq: self.seq, last: calm });
        self.query_last = Some(now);
        self.ask_now = false;
        self.demand = false;
        if self.again_at.map_or(false, |due| now >= due) {
            self.again_at = None;
        }
        self.queries.push(object(vec![("type", Json::from("query_open_orders"))]));
    }

    /// Whether it is time to ask, none being asked.
    fn due(&self, waits: bool) -> bool {
        let (now, patience_ms) = (self.now, self.config.sent_timeout_ms);
        let last = match self.query_last {
            Some(last) if !self.ask_now => last,
            _ => return true,
        };
        let since = self.answer_last.map(|answered| now - answered).unwrap_or(0);
        let wanted = self.demand
            || now - last >= self.config.reconcile_interval_ms
            || (waits && since >= RETRY_MS.max(patience_ms.min(1000)));
        (since >= RETRY_MS && wanted) || self.again_at.map_or(false, |due| now >= due)
    }
}
