//! The tickets of own orders: found, adopted, revived, ended, forgotten; and the requests that are sent for them.

use crate::decimal::{Dec, ONE, ZERO};
use crate::facts::{Role, Ticket};
use crate::json::{object, Json};
use crate::maker::Life;
use crate::quoting::Side;

impl Life {
    pub fn is_own(&self, cloid: &Json) -> bool {
        cloid.text().map_or(false, |text| text.to_lowercase().starts_with(&self.prefix))
    }

    /// An order that bears the maker's prefix, names a market and is not in the books.
    pub fn is_unknown_own(&self, row: &Json) -> bool {
        let known = row.get("cloid").text().map_or(false, |cloid| self.by_cloid.contains_key(&cloid.to_lowercase()));
        self.is_own(row.get("cloid")) && row.get("market").text().is_some() && !known
    }

    pub fn find(&mut self, event: &Json) -> Option<u64> {
        let named = event.get("market");
        let at = named.text().and_then(|name| self.known_market(name));
        let found = match event.get("cloid") {
            Json::Text(cloid) => self.by_cloid.get(&cloid.to_lowercase()).copied(),
            Json::Null => event.get("oid").integer().and_then(|oid| {
                self.tickets.iter().find(|(_, t)| t.oid == Some(oid) && Some(t.market) == at).map(|(id, _)| *id)
            }),
            _ => None,
        };
        let id = found?;
        if !named.is_null() && at != Some(self.tickets[&id].market) {
            self.refuse("order event names another market than its order's", named.text());
            return None;
        }
        Some(id)
    }

    fn enter(&mut self, ticket: Ticket) -> u64 {
        self.last_id += 1;
        self.by_cloid.insert(ticket.cloid.clone(), self.last_id);
        self.markets[ticket.market].live.push(self.last_id);
        self.tickets.insert(self.last_id, ticket);
        self.last_id
    }

    /// An own order that is not known: known from now on, and cancelled. Returns it.
    pub fn adopt(&mut self, row: &Json) -> u64 {
        let cloid = row.get("cloid").text().unwrap_or("").to_lowercase();
        let at = self.market(row.get("market").text().unwrap_or(""));
        let rest = row.get("remaining").positive();
        let mut ticket = Ticket::new(cloid.clone(), at, rest.unwrap_or(ZERO), Role::Stray, self.now);
        ticket.oid = row.get("oid").integer();
        ticket.side = Side::read(row.get("side").text());
        // without a size it blocks its market until it ends
        ticket.px = rest.and(row.get("px").positive());
        ticket.rest_seq = Some(self.seq);
        ticket.worded = true;
        let id = self.enter(ticket);
        let fields = vec![("cloid", Json::from(cloid))];
        self.say_of("warn", "unknown_own_order", at, "own order not in the books: cancelled", fields);
        self.send_cancel(id);
        id
    }

    /// An order that was thought ended is live: known again, and cancelled.
    pub fn revive(&mut self, id: u64, remaining: Option<Dec>) {
        let (now, seq) = (self.now, self.seq);
        let t = self.ticket(id);
        t.end = None;
        if let Some(rest) = remaining {
            t.size = t.size.max(t.filled + rest);
            t.told = remaining;
        }
        t.changed = now;
        t.worded = true;
        t.absent = None;
        t.rest_seq = t.rest_seq.or(Some(seq));
        if t.role == Role::Ladder {
            t.role = Role::Revived;
        }
        t.cancel_wait = None;
        let (at, cloid) = (t.market, t.cloid.clone());
        self.ended.retain(|other| *other != id);
        self.markets[at].live.push(id);
        let fields = vec![("cloid", Json::from(cloid))];
        self.say_of("warn", "order_revived", at, "an order thought ended is live: cancelled", fields);
        self.send_cancel(id);
    }

    pub fn finish(&mut self, id: u64, why: &'static str) {
        let now = self.now;
        let t = self.ticket(id);
        if t.end.is_some() {
            return;
        }
        t.end = Some(now);
        t.why = why;
        t.changed = now;
        t.unknown = false;
        t.retry = None;
        t.absent = None;
        t.cancel_wait = None;
        t.cancel_rejected = false;
        t.rearm = false;
        let at = t.market;
        self.markets[at].live.retain(|other| *other != id);
        self.markets[at].last_word = true;
        self.ended.push(id);
    }

    /// A ticket of the books, to write a fact on.
    pub fn ticket(&mut self, id: u64) -> &mut Ticket {
        self.tickets.get_mut(&id).expect("a ticket is kept while anything names it")
    }

    pub fn send_cancel(&mut self, id: u64) {
        if self.cancelled_now.contains(&id) {
            return;
        }
        self.cancelled_now.push(id);
        let (now, seq) = (self.now, self.seq);
        let t = self.ticket(id);
        t.cancel_seq = t.cancel_seq.or(Some(seq));
        t.cancels += 1;
        t.cancel_wait = t.cancel_wait.or(Some(now));
        t.changed = now;
        t.retry = None;
        t.rearm = false;
        t.cancel_rejected = false;
        let (at, name) =
            (t.market, t.oid.map_or(("cloid", Json::from(t.cloid.as_str())), |oid| ("oid", Json::from(oid))));
        let market = Json::from(self.markets[at].name.as_str());
        self.cancels.push(object(vec![("type", Json::from("cancel")), ("market", market), name]));
        self.budget = self.budget - ONE;
    }

    pub fn want_cancel(&mut self, id: u64) {
        if self.tickets[&id].cancel_seq.is_none() {
            self.send_cancel(id);
        }
    }

    pub fn send_place(&mut self, at: usize, side: Side, px: Dec, sz: Dec, level: Option<i64>) -> u64 {
        self.serial += 1;
        let cloid = format!("{}{:012x}{:012x}", self.prefix, self.birth & ((1 << 48) - 1), self.serial); // L-11
        let flat = level.is_none();
        let tif = if flat {
            "ioc"
        } else if self.config.use_alo {
            "alo"
        } else {
            "gtc"
        };
        self.places.push(object(vec![
            ("type", Json::from("place")),
            ("cloid", Json::from(cloid.as_str())),
            ("market", Json::from(self.markets[at].name.as_str())),
            ("side", Json::from(side.name())),
            ("px", Json::from(px)),
            ("sz", Json::from(sz)),
            ("tif", Json::from(tif)),
            ("reduce_only", Json::from(flat)),
        ]));
        self.budget = self.budget - ONE;
        let mut ticket = Ticket::new(cloid, at, sz, if flat { Role::Flatten } else { Role::Ladder }, self.now);
        ticket.side = Some(side);
        ticket.px = Some(px);
        ticket.level = level;
        self.enter(ticket)
    }

    /// Forget the orders that ended long ago.
    pub fn forget(&mut self, before: i64) {
        let first = self.ended.first().and_then(|id| self.tickets[id].end);
        if !first.map_or(false, |end| end <= before) {
            return;
        }
        let mut kept = Vec::new();
        for id in std::mem::take(&mut self.ended) {
            let t = &self.tickets[&id];
            let attempted = self.markets[t.market].attempt == Some(id);
            if t.end.map_or(true, |end| end > before) || (attempted && !t.settled) {
                kept.push(id);
                continue;
            }
            if attempted {
                let at = t.market;
                self.markets[at].attempt = None;
            }
            if let Some(gone) = self.tickets.remove(&id) {
                self.by_cloid.remove(&gone.cloid);
            }
        }
        self.ended = kept;
    }
}
