//! One life of the maker: its books, how it begins, and what every event goes through.
//!
//! Events only write facts (`told.rs`, `answers.rs`); then one pass (`rules.rs`) derives from the facts what must be
//! cancelled, closed, quoted (`ladder.rs`) and asked (`asking.rs`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::calls::{next_sunday, session, weekend};
use crate::config::{Config, Fault};
use crate::decimal::{Dec, ZERO};
use crate::facts::{Market, Query, Reason, Shutdown, Ticket};
use crate::json::{object, Json};

pub const RETRY_MS: i64 = 250;

pub struct Life {
    pub config: Config,
    pub birth: i64,
    pub now: i64,
    pub raw: i64,
    pub seq: i64,
    pub prefix: String,
    pub serial: u64,
    pub last_id: u64,
    pub markets: Vec<Market>,
    pub index: HashMap<String, usize>,
    pub tickets: BTreeMap<u64, Ticket>,
    pub by_cloid: HashMap<String, u64>,
    pub ended: Vec<u64>,
    /// Identities of fills; (venue time, closed_pnl − fee) of the other strategy's.
    pub seen: HashSet<(i64, String, String)>,
    pub losses: Vec<(i64, Dec)>,
    pub up: bool,
    /// Waiting for the answer to a query sent since then.
    pub link_seq: Option<i64>,
    /// The repeated query of the start is answered (S-5).
    pub born: bool,
    pub ask_now: bool,
    pub again_at: Option<i64>,
    pub demand: bool,
    pub query: Option<Query>,
    pub query_last: Option<i64>,
    pub answer_last: Option<i64>,
    pub waiting: BTreeSet<Reason>,
    pub foreign: Option<i64>,
    /// A signal or a hard stop: for the rest of this life.
    pub stopped: bool,
    pub shutdown: Shutdown,
    pub shutdown_said: Vec<usize>,
    pub new_fill: bool,
    pub verdict: bool,
    pub weekend: i64,
    pub sunday: i64,
    pub budget: Dec,
    pub budget_said: bool,
    pub cancelled_now: Vec<u64>,
    pub cancels: Vec<Json>,
    pub places: Vec<Json>,
    pub queries: Vec<Json>,
    log: Vec<Json>,
}

impl Life {
    /// Begin a life; faults are markets that are not there.
    pub fn begin(config: Config, start: &Json, now: i64) -> Result<Life, Vec<Fault>> {
        let prefix = format!("0x{}", config.cloid_prefix);
        let again_at = Some(now + config.sent_timeout_ms);
        let mut life = Life {
            config,
            birth: now,
            now,
            raw: now,
            seq: 0,
            prefix,
            serial: 0,
            last_id: 0,
            markets: Vec::new(),
            index: HashMap::new(),
            tickets: BTreeMap::new(),
            by_cloid: HashMap::new(),
            ended: Vec::new(),
            seen: HashSet::new(),
            losses: Vec::new(),
            up: true,
            link_seq: None,
            born: false,
            ask_now: true,
            again_at,
            demand: false,
            query: None,
            query_last: None,
            answer_last: None,
            waiting: BTreeSet::new(),
            foreign: None,
            stopped: false,
            shutdown: Shutdown::No,
            shutdown_said: Vec::new(),
            new_fill: false,
            verdict: false,
            weekend: weekend(now),
            sunday: next_sunday(now),
            budget: start.get("request_budget").decimal().unwrap_or(ZERO),
            budget_said: false,
            cancelled_now: Vec::new(),
            cancels: Vec::new(),
            places: Vec::new(),
            queries: Vec::new(),
            log: Vec::new(),
        };
        life.read_markets(start);
        let faults = life.choose_markets();
        if !faults.is_empty() {
            return Err(faults);
        }
        life.read_account(start);
        let (_, closing) = session(now, life.config.weekend_only);
        if closing {
            life.open_shutdown("window");
        }
        if !life.budget.is_positive() {
            life.say(
                "warn",
                "request_budget",
                None,
                "no usable request budget was told: nothing will be placed",
                vec![],
            );
        }
        life.rules(None);
        Ok(life)
    }

    fn read_markets(&mut self, start: &Json) {
        for told in start.get("markets").list().unwrap_or(&[]) {
            let name = match told.get("market").text() {
                Some(name) => name,
                None => {
                    self.refuse("a told market without a name", None);
                    continue;
                }
            };
            let decimals = told.get("sz_decimals").integer().filter(|n| (0..=6).contains(n));
            let least = told.get("min_notional_usd").decimal().filter(|least| *least >= ZERO);
            let at = self.market(name);
            match (decimals, least) {
                (Some(_), Some(min_usd)) => {
                    self.markets[at].sz_decimals = decimals;
                    self.markets[at].min_usd = min_usd;
                }
                _ => self.refuse("unusable market data: it is never quoted or closed", Some(name)),
            }
        }
    }

    fn choose_markets(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for want in self.config.markets.clone() {
            let short = |name: &str| !want.contains(':') && name.rsplit(':').next() == Some(want.as_str());
            let exact = self.index.get(&want).copied();
            let hits: Vec<usize> = match exact {
                Some(at) => vec![at],
                None => (0..self.markets.len()).filter(|at| short(&self.markets[*at].name)).collect(),
            };
            if hits.len() == 1 {
                self.markets[hits[0]].quoted = true;
            } else {
                let code = if hits.is_empty() { "unknown_market" } else { "ambiguous_market" };
                faults.push(Fault::new("markets", code, &Json::from(want.as_str())));
            }
        }
        if self.config.markets.is_empty() {
            let names: Vec<String> = self.markets.iter().map(|m| m.name.clone()).collect();
            self.markets.iter_mut().for_each(|m| m.quoted = true);
            let text = format!("no markets configured, quoting all: {}", names.join(", "));
            let listed = Json::List(names.into_iter().map(Json::from).collect());
            self.say("info", "all_markets", None, &text, vec![("markets", listed)]);
        }
        faults
    }

    fn read_account(&mut self, start: &Json) {
        for row in start.get("positions").rows() {
            let (size, taker) = (row.get("size").decimal(), row.get("taker_size").decimal());
            match (row.get("market").text(), size, taker) {
                (Some(name), Some(size), Some(taker)) => {
                    let at = self.market(name);
                    self.markets[at].net = size - taker;
                    self.markets[at].taker = taker;
                }
                (name, _, _) => self.refuse("unusable start position: the first answers will tell", name),
            }
        }
        for row in start.get("fills").rows() {
            if let Some(identity) = Life::identity(row) {
                if self.seen.insert(identity) && !self.is_own(row.get("cloid")) {
                    self.book_loss(row);
                }
            }
        }
        for row in start.get("open_orders").rows() {
            if self.is_own(row.get("cloid")) && row.get("market").text().is_some() {
                self.adopt(row);
            }
        }
    }

    /// Handle one event; its reply is taken with `reply`.
    pub fn event(&mut self, told_ms: Option<i64>, event: &Json) {
        self.seq += 1;
        self.cancelled_now.clear();
        if told_ms.is_none() {
            self.refuse("event without a usable time: handled at the last one's", None);
        }
        let raw = told_ms.unwrap_or(self.now);
        if raw < self.now {
            let fields = vec![("told", Json::from(raw)), ("used", Json::from(self.now))];
            self.say("warn", "time_went_back", None, "handled at the last event's time", fields);
        }
        self.now = self.now.max(raw);
        self.raw = raw;
        let kind = event.get("type").text().unwrap_or("");
        let named = event.get("market").text();
        if named.is_none() && matches!(kind, "oracle" | "fill" | "taker_fill") {
            self.refuse(&format!("{} without a market", kind), None);
            self.rules(None);
            return;
        }
        self.hear(kind, event);
        let quote = if kind == "oracle" { named.and_then(|name| self.index.get(name).copied()) } else { None };
        self.rules(quote);
    }

    /// What has been decided and said since the last reply.
    pub fn reply(&mut self) -> Vec<(&'static str, Json)> {
        let mut actions = std::mem::take(&mut self.cancels);
        actions.append(&mut self.places);
        actions.append(&mut self.queries);
        vec![("actions", Json::List(actions)), ("log", Json::List(std::mem::take(&mut self.log)))]
    }

    pub fn say(&mut self, level: &str, code: &str, market: Option<&str>, text: &str, fields: Vec<(&str, Json)>) {
        self.log.push(object(vec![
            ("level", Json::from(level)),
            ("code", Json::from(code)),
            ("market", market.map_or(Json::Null, Json::from)),
            ("text", Json::from(text)),
            ("fields", object(fields)),
        ]));
    }

    /// Say something of a market of the books.
    pub fn say_of(&mut self, level: &str, code: &str, at: usize, text: &str, fields: Vec<(&str, Json)>) {
        let name = self.markets[at].name.clone();
        self.say(level, code, Some(&name), text, fields);
    }

    pub fn refuse(&mut self, why: &str, market: Option<&str>) {
        self.say("warn", "refused", market, why, vec![]);
    }

    /// The place of a market in the books; one that is not known becomes known, without data.
    pub fn market(&mut self, name: &str) -> usize {
        if let Some(at) = self.index.get(name) {
            return *at;
        }
        self.markets.push(Market::new(name));
        self.index.insert(name.to_string(), self.markets.len() - 1);
        self.markets.len() - 1
    }

    pub fn known_market(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }
}
