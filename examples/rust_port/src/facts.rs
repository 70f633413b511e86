//! What is known: one ticket per own order, one record per market. Times are ms, `seq` numbers are event numbers.

use std::collections::BTreeSet;

use crate::decimal::{Dec, ZERO};
use crate::quoting::Side;

#[derive(Clone, Copy, PartialEq)]
pub enum Role {
    Ladder,
    Revived,
    Flatten,
    Stray,
}

pub struct Ticket {
    pub cloid: String,
    pub oid: Option<i64>,
    pub market: usize,
    pub side: Option<Side>,
    pub px: Option<Dec>,
    pub size: Dec,
    pub role: Role,
    pub level: Option<i64>,
    pub filled: Dec,
    /// The smallest remaining size told.
    pub told: Option<Dec>,
    pub sent: i64,
    pub changed: i64,
    /// The event at which it was first seen resting.
    pub rest_seq: Option<i64>,
    /// Something answered the place.
    pub worded: bool,
    /// Told `unknown`, and not cleared up since.
    pub unknown: bool,
    /// The event whose reply carried the first cancel; how many cancels; how many `send_failed`.
    pub cancel_seq: Option<i64>,
    pub cancels: i64,
    pub failures: i64,
    /// Since when a cancel is unanswered.
    pub cancel_wait: Option<i64>,
    /// A cancel was rejected without ending it; send it again on `resting`.
    pub cancel_rejected: bool,
    pub rearm: bool,
    /// A failed cancel goes out again from this time on.
    pub retry: Option<i64>,
    /// The sending time of the first query it was absent from.
    pub absent: Option<i64>,
    pub end: Option<i64>,
    pub why: &'static str,
    /// Of a flatten's attempt: its `done`, the first agreeing answer, whether its fills are all told, whether it counts.
    pub done_told: bool,
    pub done_sz: Option<Dec>,
    pub agree: Option<i64>,
    pub settled: bool,
    pub counts: bool,
    pub in_shutdown: bool,
    pub closed: bool,
}

impl Ticket {
    pub fn new(cloid: String, market: usize, size: Dec, role: Role, now: i64) -> Ticket {
        Ticket {
            cloid,
            oid: None,
            market,
            side: None,
            px: None,
            size,
            role,
            level: None,
            filled: ZERO,
            told: None,
            sent: now,
            changed: now,
            rest_seq: None,
            worded: false,
            unknown: false,
            cancel_seq: None,
            cancels: 0,
            failures: 0,
            cancel_wait: None,
            cancel_rejected: false,
            rearm: false,
            retry: None,
            absent: None,
            end: None,
            why: "",
            done_told: false,
            done_sz: None,
            agree: None,
            settled: false,
            counts: false,
            in_shutdown: false,
            closed: false,
        }
    }

    /// What its fills leave of it: it counts as exposure until it ends (I-5).
    pub fn exposure(&self) -> Dec {
        (self.size - self.filled).max(ZERO)
    }

    /// What may still be resting (L-4).
    pub fn left(&self) -> Dec {
        self.told.map_or(self.exposure(), |told| told.min(self.exposure()))
    }

    pub fn hear_remaining(&mut self, remaining: Option<Dec>) {
        if let Some(told) = remaining {
            self.told = Some(self.told.map_or(told, |known| known.min(told)));
        }
    }

    /// Ended without the venue's own word: it may be live after all.
    pub fn may_be_back(&self) -> bool {
        self.end.is_some() && matches!(self.why, "absent" | "send_failed")
    }
}

pub struct Market {
    pub name: String,
    /// None: the told data are unusable, it is never quoted or closed.
    pub sz_decimals: Option<i64>,
    pub min_usd: Dec,
    pub quoted: bool,
    /// Tickets without a last word.
    pub live: Vec<u64>,
    /// The maker's part; the other strategy's as far as told.
    pub net: Dec,
    pub taker: Dec,
    pub oracle: Option<Dec>,
    pub mark: Option<Dec>,
    pub oracle_ms: Option<i64>,
    pub price_bad: Option<&'static str>,
    pub stale_said: bool,
    pub min_said: bool,
    /// No ladder was quoted since something took it away.
    pub fresh: bool,
    pub quote_ms: Option<i64>,
    pub quote_px: Dec,
    /// Levels whose rung is still to be placed, by side.
    pub wait: [BTreeSet<i64>; 2],
    pub adverse_side: Option<Side>,
    pub adverse: i64,
    pub adverse_ms: i64,
    pub attempt: Option<u64>,
    pub attempt_ms: Option<i64>,
    pub tries: i64,
    /// The last difference to the venue's position, and the first query of its run.
    pub diff: Dec,
    pub diff_query: Option<i64>,
    pub fill_seq: i64,
    /// Fills with an earlier venue time are contained in an answer.
    pub fixed_ms: Option<i64>,
    pub taker_ms: Option<i64>,
    pub last_word: bool,
    pub block_told: Option<&'static str>,
}

impl Market {
    pub fn new(name: &str) -> Market {
        Market {
            name: name.to_string(),
            sz_decimals: None,
            min_usd: ZERO,
            quoted: false,
            live: Vec::new(),
            net: ZERO,
            taker: ZERO,
            oracle: None,
            mark: None,
            oracle_ms: None,
            price_bad: None,
            stale_said: false,
            min_said: false,
            fresh: true,
            quote_ms: None,
            quote_px: ZERO,
            wait: [BTreeSet::new(), BTreeSet::new()],
            adverse_side: None,
            adverse: 0,
            adverse_ms: 0,
            attempt: None,
            attempt_ms: None,
            tries: 0,
            diff: ZERO,
            diff_query: None,
            fill_seq: -1,
            fixed_ms: None,
            taker_ms: None,
            last_word: false,
            block_told: None,
        }
    }

    pub fn side_to_close(&self) -> Side {
        if self.net.is_positive() {
            Side::Sell
        } else {
            Side::Buy
        }
    }
}

/// The outstanding query; `last` where its answer may end the shutdown.
#[derive(Clone, Copy)]
pub struct Query {
    pub ms: i64,
    pub raw: i64,
    pub seq: i64,
    pub last: bool,
}

/// What is waited for: an answer is asked for until it is gone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Order(u64),
    Difference(usize),
    Shutdown,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Shutdown {
    No,
    Running,
    Done,
}
