//! The table of section 2 of the rules: read whole, every error told at once.

use crate::decimal::Dec;
use crate::json::{object, Json};

const LARGEST: i64 = (1 << 53) - 1;

/// One thing that is wrong with a config.
pub struct Fault {
    pub key: String,
    pub code: &'static str,
    pub value: String,
}

impl Fault {
    pub fn new(key: &str, code: &'static str, value: &Json) -> Fault {
        Fault { key: key.to_string(), code, value: value.shown() }
    }

    pub fn told(&self) -> Json {
        object(vec![
            ("key", Json::from(self.key.as_str())),
            ("code", Json::from(self.code)),
            ("value", Json::from(self.value.as_str())),
        ])
    }
}

trait Rule {
    type Value;
    fn default(&self) -> Self::Value;
    fn check(&self, told: &Json) -> Result<Self::Value, &'static str>;

    fn read(&self, key: &str, raw: &Json, faults: &mut Vec<Fault>) -> Self::Value {
        let given = match raw {
            Json::Object(members) => members.iter().rev().find(|(name, _)| name == key),
            _ => None,
        };
        match given {
            None => self.default(),
            Some((_, told)) => self.check(told).unwrap_or_else(|code| {
                faults.push(Fault::new(key, code, told));
                self.default()
            }),
        }
    }
}

struct Flag(bool);
struct Whole(i64, i64, i64);
/// A default and an interval such as "(0,1]"; no upper end is "(0,".
struct Exact(&'static str, &'static str);
struct Word(&'static str, &'static [&'static str]);
struct Prefix(&'static str);
struct Names;

impl Rule for Flag {
    type Value = bool;

    fn default(&self) -> bool {
        self.0
    }

    fn check(&self, told: &Json) -> Result<bool, &'static str> {
        told.boolean().ok_or("wrong_type")
    }
}

impl Rule for Whole {
    type Value = i64;

    fn default(&self) -> i64 {
        self.0
    }

    fn check(&self, told: &Json) -> Result<i64, &'static str> {
        let value = told.integer().ok_or("wrong_type")?;
        if value < self.1 || value > self.2 {
            return Err("out_of_range");
        }
        Ok(value)
    }
}

impl Rule for Exact {
    type Value = Dec;

    fn default(&self) -> Dec {
        Dec::parse(self.0).expect("a default is a number")
    }

    fn check(&self, told: &Json) -> Result<Dec, &'static str> {
        let value = told.decimal().ok_or("wrong_type")?;
        let (open, ends) = self.1.split_at(1);
        let mut ends = ends.split(',');
        let low = ends.next().and_then(Dec::parse).expect("an interval begins with a number");
        let high = ends.next().unwrap_or("");
        let over = Dec::parse(high.trim_end_matches(&[')', ']'][..]))
            .map_or(false, |most| value > most || (value == most && high.ends_with(')')));
        if value < low || (value == low && open == "(") || over {
            return Err("out_of_range");
        }
        Ok(value)
    }
}

impl Rule for Word {
    type Value = &'static str;

    fn default(&self) -> &'static str {
        self.0
    }

    fn check(&self, told: &Json) -> Result<&'static str, &'static str> {
        let word = told.text().ok_or("wrong_type")?;
        self.1.iter().find(|known| **known == word).copied().ok_or("unknown_value")
    }
}

impl Rule for Prefix {
    type Value = String;

    fn default(&self) -> String {
        self.0.to_string()
    }

    fn check(&self, told: &Json) -> Result<String, &'static str> {
        let text = told.text().ok_or("wrong_type")?;
        if text.len() == 8 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(text.to_string());
        }
        Err("malformed")
    }
}

impl Rule for Names {
    type Value = Vec<String>;

    fn default(&self) -> Vec<String> {
        Vec::new()
    }

    fn check(&self, told: &Json) -> Result<Vec<String>, &'static str> {
        let names = told.list().ok_or("wrong_type")?;
        let texts: Vec<&str> = names.iter().filter_map(Json::text).collect();
        if texts.len() != names.len() {
            return Err("wrong_type");
        }
        if texts.iter().any(|name| name.is_empty() || name.contains(char::is_whitespace)) {
            return Err("malformed");
        }
        Ok(texts.into_iter().map(str::to_string).collect())
    }
}

macro_rules! table {
    ($($name:ident: $value:ty = $rule:expr;)*) => {
        /// All of the table, though a fixed ladder never reads some of it.
        #[allow(dead_code)]
        pub struct Config { $(pub $name: $value,)* }

        const KEYS: &[&str] = &[$(stringify!($name)),*];

        fn values(raw: &Json, faults: &mut Vec<Fault>) -> Config {
            Config { $($name: $rule.read(stringify!($name), raw, faults),)* }
        }
    };
}

table! {
    enabled: bool = Flag(false);
    weekend_only: bool = Flag(true);
    markets: Vec<String> = Names;
    cloid_prefix: String = Prefix("6d6d6701");
    num_levels: i64 = Whole(1, 1, 50);
    min_offset_bps: Dec = Exact("20", "(0,");
    level_spacing_bps: Dec = Exact("10", "[0,");
    size_per_level_usd: Dec = Exact("5", "(0,");
    max_position_usd: Dec = Exact("25", "(0,");
    inventory_skew_factor: Dec = Exact("0.3", "[0,1)");
    requote_interval_ms: i64 = Whole(2000, 1, LARGEST);
    min_requote_change_bps: Dec = Exact("2", "[0,");
    use_alo: bool = Flag(true);
    flatten_slippage_bps: Dec = Exact("50", "[0,10000)");
    inventory_warn_ratio: Dec = Exact("0.8", "(0,1]");
    inventory_emergency_ratio: Dec = Exact("0.95", "(0,1]");
    stale_cancel_timeout_ms: i64 = Whole(10_000, 0, LARGEST);
    adverse_consecutive_fills: i64 = Whole(3, 0, LARGEST);
    adverse_spread_multiplier: Dec = Exact("2", "[1,");
    dynamic_offset_enabled: bool = Flag(false);
    wick_window_size: i64 = Whole(3600, 1, LARGEST);
    wick_min_samples: i64 = Whole(60, 1, LARGEST);
    l0_wick_multiplier: Dec = Exact("2.0", "(0,");
    fee_buffer_bps: Dec = Exact("8", "[0,");
    wick_cache_ttl_ms: i64 = Whole(10_000, 0, LARGEST);
    breakpoint_min_jump_ratio: Dec = Exact("1.5", "(1,");
    level_distribution: &'static str = Word("linear", &["linear", "exponential"]);
    level_exponent: Dec = Exact("2.0", "(0,10]");
    p100_safety_multiplier: Dec = Exact("1.2", "[1,");
    min_range_width_bps: Dec = Exact("10", "(0,");
    size_distribution: &'static str = Word("uniform", &["uniform", "convex"]);
    size_min_multiplier: Dec = Exact("0.5", "(0,");
    size_max_multiplier: Dec = Exact("1.5", "(0,");
    counter_order_enabled: bool = Flag(false);
    counter_reversion_pct: Dec = Exact("0.6", "(0,1]");
    counter_reversion_per_level: Dec = Exact("0.03", "[0,");
    velocity_skew_enabled: bool = Flag(false);
    velocity_skew_factor: Dec = Exact("0.3", "[0,1)");
    velocity_window: i64 = Whole(5, 1, LARGEST);
    skew_respects_fee_floor: bool = Flag(true);
    breakpoint_floor_bps: Dec = Exact("1", "[0,");
    wick_max_age_ms: i64 = Whole(21_600_000, 0, LARGEST);
    wick_includes_gap: bool = Flag(true);
    wick_gap_max_ms: i64 = Whole(5000, 1, LARGEST);
    oracle_max_age_ms: i64 = Whole(10_000, 0, LARGEST);
    max_oracle_mark_gap_bps: Dec = Exact("500", "[0,");
    velocity_min_tick_bps: Dec = Exact("0.5", "[0,");
    velocity_weighting: &'static str = Word("direction", &["direction", "magnitude"]);
    counter_order_tif: &'static str = Word("alo", &["alo", "gtc", "ioc"]);
    counter_max_open: i64 = Whole(4, 0, LARGEST);
    counter_max_age_ms: i64 = Whole(60_000, 0, LARGEST);
    adverse_decay_ms: i64 = Whole(300_000, 0, LARGEST);
    max_hourly_drawdown_usd: Dec = Exact("0", "[0,");
    flatten_max_attempts: i64 = Whole(5, 1, LARGEST);
    sent_timeout_ms: i64 = Whole(5000, 1, LARGEST);
    reconcile_interval_ms: i64 = Whole(30_000, 1, LARGEST);
    dead_man_ms: i64 = Whole(0, 0, LARGEST);
    request_reserve: i64 = Whole(1000, 0, LARGEST);
}

/// Read a partial config; what it omits has its default (C-1).
pub fn read(raw: &Json) -> Result<Config, Vec<Fault>> {
    let members = match raw {
        Json::Object(members) => members.as_slice(),
        Json::Null => &[],
        _ => return Err(vec![Fault::new("maker", "wrong_type", raw)]),
    };
    let mut faults = Vec::new();
    for (key, value) in members {
        if !KEYS.contains(&key.as_str()) {
            faults.push(Fault::new(key, "unknown_key", value));
        }
    }
    let config = values(raw, &mut faults);
    let contradictions = [
        (
            "inventory_warn_ratio",
            "inventory_emergency_ratio",
            config.inventory_warn_ratio < config.inventory_emergency_ratio,
        ),
        ("wick_min_samples", "wick_window_size", config.wick_min_samples <= config.wick_window_size),
        ("size_min_multiplier", "size_max_multiplier", config.size_min_multiplier <= config.size_max_multiplier),
        ("dead_man_ms", "dead_man_ms", config.dead_man_ms == 0 || config.dead_man_ms >= 5000),
    ];
    for (key, other, holds) in contradictions {
        if !holds && !faults.iter().any(|fault| fault.key == key || fault.key == other) {
            faults.push(Fault::new(key, "contradiction", raw.get(key)));
        }
    }
    if faults.is_empty() {
        Ok(config)
    } else {
        Err(faults)
    }
}

/// What this maker cannot do, and therefore will not start with: its ladder is the fixed one.
pub fn lacking(config: &Config) -> Vec<Fault> {
    let wanted = [
        ("dynamic_offset_enabled", config.dynamic_offset_enabled),
        ("counter_order_enabled", config.counter_order_enabled),
        ("velocity_skew_enabled", config.velocity_skew_enabled),
        ("level_distribution", config.level_distribution != "linear"),
        ("size_distribution", config.size_distribution != "uniform"),
        ("dead_man_ms", config.dead_man_ms != 0),
    ];
    let refused = wanted.iter().filter(|(_, on)| *on);
    refused.map(|(key, _)| Fault::new(key, "unsupported", &Json::Null)).collect()
}
