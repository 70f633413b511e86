//! The answer to the query: the venue's orders and positions beside the books (L-7, L-7a).

use crate::decimal::{Dec, ZERO};
use crate::facts::Query;
use crate::json::Json;
use crate::maker::Life;

impl Life {
    pub fn hear_open_orders(&mut self, event: &Json) {
        let sent = event.get("sent_ms").integer();
        let query = match self.query.filter(|q| sent == Some(q.ms) || sent == Some(q.raw)) {
            Some(query) => query,
            None => return self.say("info", "answer_ignored", None, "not the answer to the outstanding query", vec![]),
        };
        let (orders, positions) = (event.get("orders"), event.get("positions"));
        let usable =
            |row: &Json| row.get("market").text().is_some() && matches!(row.get("cloid"), Json::Null | Json::Text(_));
        let whole = orders.list().map_or(false, |rows| rows.iter().all(usable)) && positions.list().is_some();
        if !whole {
            self.refuse(
                "an answer with unusable parts: it ends no order, corrects nothing and counts as unanswered",
                None,
            );
        }
        let present = self.sort_orders(orders);
        for (id, row) in &present {
            self.judge_present(*id, row, query);
        }
        if !whole {
            return;
        }
        for at in 0..self.markets.len() {
            for id in self.markets[at].live.clone() {
                if self.tickets[&id].changed < query.ms && !present.iter().any(|(other, _)| *other == id) {
                    self.judge_absent(id, query);
                }
            }
        }
        let agree = self.judge_positions(positions, query);
        self.query = None; // a demand raised since it was sent stays
        self.answer_last = Some(self.now);
        if query.ms >= self.birth + self.config.sent_timeout_ms {
            self.born = true;
        }
        if self.link_seq.map_or(false, |since| query.seq >= since) {
            self.link_seq = None;
        }
        self.verdict = query.last && agree && present.is_empty();
    }

    /// Find the own orders of an answer; those of others are counted and never touched.
    fn sort_orders<'a>(&mut self, orders: &'a Json) -> Vec<(u64, &'a Json)> {
        let (mut present, mut foreign): (Vec<(u64, &Json)>, i64) = (Vec::new(), 0);
        for row in orders.rows() {
            let found = if row.get("market").text().is_some() { self.find(row) } else { None };
            let id = match found {
                Some(id) => id,
                None if self.is_unknown_own(row) => self.adopt(row),
                None => {
                    foreign += 1;
                    continue;
                }
            };
            match present.iter_mut().find(|(other, _)| *other == id) {
                Some(entry) => entry.1 = row,
                None => present.push((id, row)),
            }
        }
        if self.foreign != Some(foreign) {
            self.foreign = Some(foreign);
            self.say(
                "info",
                "foreign_orders",
                None,
                "orders of others, not touched",
                vec![("count", Json::from(foreign))],
            );
        }
        present
    }

    fn judge_present(&mut self, id: u64, row: &Json, query: Query) {
        let (remaining, seq) = (row.get("remaining").positive(), self.seq);
        let t = self.ticket(id);
        if let Some(end) = t.end {
            if end < query.ms {
                self.revive(id, remaining);
            }
            return;
        }
        if t.changed >= query.ms {
            return;
        }
        t.oid = row.get("oid").integer().or(t.oid);
        t.worded = true;
        t.unknown = false;
        t.absent = None;
        t.hear_remaining(remaining);
        t.rest_seq = t.rest_seq.or(Some(seq));
        if t.cancel_seq.is_some() {
            self.send_cancel(id);
        }
    }

    fn judge_absent(&mut self, id: u64, query: Query) {
        let patience_ms = self.config.sent_timeout_ms;
        let t = self.ticket(id);
        if t.rest_seq.is_none() && t.absent.is_none() {
            t.absent = Some(query.ms);
        } else if t.rest_seq.is_some() || query.ms - t.sent >= patience_ms {
            self.finish(id, "absent");
        }
    }

    /// Compare all positions, correct what two answers tell alike; say whether the books agree.
    fn judge_positions(&mut self, positions: &Json, query: Query) -> bool {
        let (mut told, mut listed) = (Vec::new(), true);
        for row in positions.list().unwrap_or(&[]) {
            match row.get("market").text() {
                Some(name) => {
                    let at = self.market(name);
                    let size = row.get("size").decimal();
                    told.push((at, size.and_then(|size| row.get("taker_size").decimal().map(|taker| (size, taker)))));
                }
                None => listed = false,
            }
        }
        let mut agree = listed;
        for at in 0..self.markets.len() {
            let untold = if listed { Some((ZERO, ZERO)) } else { None };
            match told.iter().rev().find(|(other, _)| *other == at).map_or(untold, |(_, both)| *both) {
                Some((size, taker)) => agree = self.judge_position(at, size, taker, query) && agree,
                None => {
                    agree = false;
                    self.markets[at].diff_query = None;
                    let name = self.markets[at].name.clone();
                    self.refuse("unusable position in an answer", Some(&name));
                }
            }
        }
        agree
    }

    fn judge_position(&mut self, at: usize, size: Dec, taker: Dec, query: Query) -> bool {
        let patience_ms = self.config.sent_timeout_ms;
        let m = &mut self.markets[at];
        let quiet = m.fill_seq <= query.seq; // no fill was told since this query left
        if quiet {
            m.taker = taker;
            m.taker_ms = Some(query.ms);
        }
        let (mut diff, mut corrected_since) = (size - taker - m.net, None);
        match m.diff_query {
            _ if diff.is_zero() || !quiet => m.diff_query = None,
            Some(first) if diff == m.diff => {
                if query.ms - first >= patience_ms {
                    corrected_since = Some(first);
                }
            }
            _ => m.diff_query = Some(query.ms),
        }
        if corrected_since.is_some() {
            let fields = vec![("was", Json::from(m.net)), ("now", Json::from(m.net + diff))];
            m.net = m.net + diff;
            m.fixed_ms = Some(query.ms);
            m.diff_query = None;
            m.tries = 0;
            diff = ZERO;
            self.say_of("warn", "position_corrected", at, "the venue's position less the taker's part differs", fields);
        }
        self.markets[at].diff = diff;
        self.judge_attempt(at, diff.is_zero() && quiet, corrected_since, query);
        diff.is_zero()
    }

    /// An attempt whose fills may be untold is settled when the positions agree for long enough after its end (L-9).
    fn judge_attempt(&mut self, at: usize, agree: bool, corrected_since: Option<i64>, query: Query) {
        let patience_ms = self.config.sent_timeout_ms;
        let id = match self.markets[at].attempt {
            Some(id) => id,
            None => return,
        };
        let t = self.ticket(id);
        let end = match t.end {
            Some(end) if !t.settled && end < query.ms => end,
            _ => return,
        };
        if !agree {
            t.agree = None;
        } else if corrected_since.map_or(false, |first| first > end)
            || t.agree.map_or(false, |first| query.ms - first >= patience_ms)
        {
            t.settled = true;
            t.counts = t.done_told || !t.filled.is_zero();
        } else if t.agree.is_none() {
            t.agree = Some(query.ms);
        }
    }
}
