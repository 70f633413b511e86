//! Wick statistics (V-1..V-5, V-9, V-10): computed in decimal, kept in binary64 (N-2).

use std::collections::VecDeque;

use crate::config::Config;
use crate::decimal::{Dec, BPS};
use crate::json::{object, Json};

const PER_MILLE: [usize; 7] = [900, 950, 990, 995, 998, 999, 1000];
const NAMES: [&str; 7] = ["P90", "P95", "P99", "P99.5", "P99.8", "P99.9", "P100"];
const FIELDS: [&str; 7] = [
    "p90_wick_bps",
    "p95_wick_bps",
    "p99_wick_bps",
    "p995_wick_bps",
    "p998_wick_bps",
    "p999_wick_bps",
    "p100_wick_bps",
];
const P99: usize = 2;
const P999: usize = 5;

struct Second {
    number: i64,
    high: Dec,
    low: Dec,
    last_px: Dec,
    last_ms: i64,
}

/// One market's window: samples by arrival with the ends of their seconds, and the same values ascending.
pub struct Wicks {
    second: Option<Second>,
    arrival: VecDeque<(f64, i64)>,
    ascending: Vec<f64>,
}

impl Wicks {
    pub fn new() -> Wicks {
        Wicks { second: None, arrival: VecDeque::new(), ascending: Vec::new() }
    }

    /// Take one oracle price; unusable and late ones change nothing (V-1).
    pub fn tick(&mut self, config: &Config, now_ms: i64, px: Dec) {
        let number = now_ms.div_euclid(1000);
        if !px.is_positive() {
            return;
        }
        let mut opened = Second { number, high: px, low: px, last_px: px, last_ms: now_ms };
        if let Some(second) = &mut self.second {
            if number < second.number {
                return;
            }
            if number == second.number {
                second.high = second.high.max(px);
                second.low = second.low.min(px);
                second.last_px = px;
                second.last_ms = second.last_ms.max(now_ms);
                return;
            }
            if config.wick_includes_gap && now_ms - second.last_ms <= config.wick_gap_max_ms {
                opened.high = px.max(second.last_px);
                opened.low = px.min(second.last_px);
            }
            let (wick, end_ms) = (wick_bps(second.high, second.low), (second.number + 1) * 1000);
            self.append(config, wick, end_ms);
            self.drop_aged(config, now_ms);
        }
        self.second = Some(opened);
    }

    fn append(&mut self, config: &Config, wick: f64, end_ms: i64) {
        while self.arrival.len() as i64 >= config.wick_window_size {
            self.drop_oldest();
        }
        let at = self.ascending.partition_point(|known| *known < wick);
        self.ascending.insert(at, wick);
        self.arrival.push_back((wick, end_ms));
    }

    fn drop_oldest(&mut self) {
        if let Some((wick, _)) = self.arrival.pop_front() {
            let at = self.ascending.partition_point(|known| *known < wick);
            self.ascending.remove(at);
        }
    }

    fn drop_aged(&mut self, config: &Config, now_ms: i64) {
        while config.wick_max_age_ms > 0
            && self.arrival.front().map_or(false, |(_, end_ms)| *end_ms < now_ms - config.wick_max_age_ms)
        {
            self.drop_oldest();
        }
    }

    /// The statistics at `now_ms`, as the protocol writes them (V-3, V-4, V-9).
    pub fn read(&mut self, config: &Config, now_ms: i64) -> Json {
        self.drop_aged(config, now_ms);
        let count = self.ascending.len();
        let (mut values, mut best, mut name) = ([0.0; 7], P99, "N/A");
        if count > 0 {
            for (value, per_mille) in values.iter_mut().zip(PER_MILLE) {
                *value = self.ascending[((2 * per_mille * (count - 1) + 1000) / 2000).min(count - 1)];
            }
            best = cliff(config, &values);
            name = NAMES[best];
        }
        let mut members: Vec<(&str, Json)> = FIELDS.iter().copied().zip(values.iter().map(|v| binary64(*v))).collect();
        members.push(("sample_count", Json::from(count as i64)));
        members.push(("is_valid", Json::from(count as i64 >= config.wick_min_samples)));
        members.push(("optimal_wick_bps", binary64(values[best])));
        members.push(("optimal_percentile", Json::from(name)));
        object(members)
    }
}

fn wick_bps(high: Dec, low: Dec) -> f64 {
    let middle = (high + low) / Dec::whole(2);
    ((high - low) / middle * BPS).min(Dec::whole(500)).to_f64()
}

/// The upper end of the pair with the largest jump, the first of equals; none: P99 (V-4).
fn cliff(config: &Config, values: &[f64; 7]) -> usize {
    let (floor, least) = (config.breakpoint_floor_bps.to_f64(), config.breakpoint_min_jump_ratio.to_f64());
    let (mut best, mut largest) = (P99, 0.0);
    for upper in 1..=P999 {
        let base = values[upper - 1].max(floor);
        let ratio = values[upper] / base;
        if base != 0.0 && ratio >= least && ratio > largest {
            best = upper;
            largest = ratio;
        }
    }
    best
}

fn binary64(value: f64) -> Json {
    Json::Number(format!("{:?}", value))
}
