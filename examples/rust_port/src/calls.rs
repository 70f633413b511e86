//! The calls of the protocol: a question with data, an answer with data.

use std::collections::VecDeque;

use crate::config::{read, Config, Fault};
use crate::decimal::{Dec, BPS, ONE, ZERO};
use crate::json::{object, Json};
use crate::quoting::{legal_px, lots, quotes, Lean, Quote, Side, Told};
use crate::wicks::Wicks;

pub const CALLS: [&str; 7] =
    ["compute_quotes", "wick_stats", "velocity_trend", "counter_order", "round_order", "session", "config"];

pub enum Refusal {
    Config(Vec<Fault>),
    Malformed(&'static str),
    Unknown,
}

type Answer = Result<(Json, Vec<&'static str>), Refusal>;

/// Answer one call: its result and the codes of its warnings.
pub fn call(name: &str, args: &Json) -> Answer {
    let result = match name {
        "compute_quotes" => return compute_quotes(args),
        "wick_stats" => wick_stats(args)?,
        "velocity_trend" => velocity_trend(args)?,
        "counter_order" => counter_order(args)?,
        "round_order" => round_order(args)?,
        "session" => {
            let (t_ms, weekend_only) = (whole(args, "t_ms")?, args.get("weekend_only").boolean());
            let (quoting, closing) = session(t_ms, weekend_only.ok_or(Refusal::Malformed("weekend_only"))?);
            object(vec![("quoting", Json::from(quoting)), ("shutdown_window", Json::from(closing))])
        }
        "config" => match config(args) {
            Ok(_) => object(vec![("ok", Json::from(true))]),
            Err(Refusal::Config(faults)) => {
                object(vec![("errors", Json::List(faults.iter().map(Fault::told).collect()))])
            }
            Err(other) => return Err(other),
        },
        _ => return Err(Refusal::Unknown),
    };
    Ok((result, Vec::new()))
}

fn config(args: &Json) -> Result<Config, Refusal> {
    read(args.get("config")).map_err(Refusal::Config)
}

fn number(args: &Json, name: &'static str) -> Result<Dec, Refusal> {
    args.get(name).decimal().ok_or(Refusal::Malformed(name))
}

fn whole(args: &Json, name: &'static str) -> Result<i64, Refusal> {
    args.get(name).integer().ok_or(Refusal::Malformed(name))
}

fn side(args: &Json) -> Result<Side, Refusal> {
    Side::read(args.get("side").text()).ok_or(Refusal::Malformed("side"))
}

fn compute_quotes(args: &Json) -> Answer {
    let config = config(args)?;
    let (stats, mut warnings) = (args.get("volatility"), Vec::new());
    let mut told = |name| -> Result<Dec, Refusal> {
        let value: f64 = match stats.get(name) {
            Json::Number(text) | Json::Text(text) => text.parse().map_err(|_| Refusal::Malformed("volatility"))?,
            _ => return Err(Refusal::Malformed("volatility")),
        };
        let exact = Dec::from_f64(value);
        if exact.is_none() && warnings.is_empty() {
            warnings.push("data_corruption"); // N-2
        }
        Ok(exact.unwrap_or(ZERO))
    };
    let told = if stats.get("is_valid").boolean() == Some(true) {
        Some(Told { optimal_bps: told("optimal_wick_bps")?, p100_bps: told("p100_wick_bps")? })
    } else {
        None
    };
    let oracle_px = number(args, "oracle_px")?;
    let lean = Lean {
        ratio: number(args, "inventory_ratio")?,
        multiplier: number(args, "spread_multiplier")?,
        trend: number(args, "velocity_trend")?,
        told,
    };
    let shown = |side| Json::List(quotes(&config, side, oracle_px, &lean).iter().map(quote).collect());
    Ok((object(vec![("bids", shown(Side::Buy)), ("asks", shown(Side::Sell))]), warnings))
}

fn quote(rung: &Quote) -> Json {
    let steps = object(vec![
        ("base_offset_bps", Json::from(rung.base_bps)),
        ("skewed_offset_bps", Json::from(rung.skewed_bps)),
        ("final_offset_bps", Json::from(rung.final_bps)),
    ]);
    object(vec![
        ("level", Json::from(rung.level)),
        ("px", Json::from(rung.px)),
        ("size_usd", Json::from(rung.size_usd)),
        ("intermediates", steps),
    ])
}

fn wick_stats(args: &Json) -> Result<Json, Refusal> {
    let config = config(args)?;
    let mut ticks = VecDeque::new();
    for tick in args.get("ticks").list().ok_or(Refusal::Malformed("ticks"))? {
        match tick.list() {
            Some([t_ms, px]) => match (t_ms.integer(), px.decimal()) {
                (Some(t_ms), Some(px)) => ticks.push_back((t_ms, px)),
                _ => return Err(Refusal::Malformed("ticks")),
            },
            _ => return Err(Refusal::Malformed("ticks")),
        }
    }
    let reads: Vec<i64> = match args.get("reads").list() {
        Some(reads) => reads.iter().filter_map(Json::integer).collect(),
        None => vec![ticks.back().map_or(0, |tick| tick.0)],
    };
    let mut wicks = Wicks::new();
    let mut results = Vec::new();
    for read_ms in reads {
        while ticks.front().map_or(false, |tick| tick.0 <= read_ms) {
            if let Some((t_ms, px)) = ticks.pop_front() {
                wicks.tick(&config, t_ms, px);
            }
        }
        results.push(wicks.read(&config, read_ms));
    }
    Ok(Json::List(results))
}

/// W-1, W-2.
fn velocity_trend(args: &Json) -> Result<Json, Refusal> {
    let config = config(args)?;
    let (mut recorded, mut moves) = (None, VecDeque::new());
    for told in args.get("prices").list().ok_or(Refusal::Malformed("prices"))? {
        let px = told.decimal().ok_or(Refusal::Malformed("prices"))?;
        if !px.is_positive() {
            continue;
        }
        let last = *recorded.get_or_insert(px);
        let change = px - last;
        if change.is_zero() || change.abs() * BPS < config.velocity_min_tick_bps * last {
            continue;
        }
        recorded = Some(px);
        moves.push_back(change * BPS / last);
        if moves.len() as i64 > config.velocity_window {
            moves.pop_front();
        }
    }
    let sum = |values: &mut dyn Iterator<Item = Dec>| values.fold(ZERO, |all, value| all + value);
    let trend = if moves.is_empty() {
        ZERO
    } else if config.velocity_weighting == "direction" {
        let ups = moves.iter().filter(|change| change.is_positive()).count() as i64;
        Dec::whole(2 * ups) / Dec::whole(moves.len() as i64) - ONE
    } else {
        sum(&mut moves.iter().copied()) / sum(&mut moves.iter().map(|change| change.abs()))
    };
    Ok(object(vec![("trend", Json::from(trend))]))
}

/// L-8; the arguments are the fill's.
fn counter_order(args: &Json) -> Result<Json, Refusal> {
    let config = config(args)?;
    let (side, level) = (side(args)?, whole(args, "level")?);
    let (px, sz, mark_px) = (number(args, "px")?, number(args, "sz")?, number(args, "mark_px")?);
    if !config.counter_order_enabled || !px.min(sz).min(mark_px).is_positive() {
        return Ok(Json::Null);
    }
    let most = Dec::whole(95) / Dec::whole(100);
    let reversion = (config.counter_reversion_pct + config.counter_reversion_per_level * Dec::whole(level)).min(most);
    let distance = ((mark_px - px).abs() * reversion).max(px * config.fee_buffer_bps / BPS);
    let answer_px = px + side.signed(distance);
    if !answer_px.is_positive() {
        return Ok(Json::Null);
    }
    Ok(object(vec![
        ("side", Json::from(side.other().name())),
        ("px", Json::from(answer_px)),
        ("sz", Json::from(sz)),
        ("reversion_pct", Json::from(reversion)),
    ]))
}

///
fn round_order(args: &Json) -> Result<Json, Refusal> {
    let market = args.get("market");
    let sz_decimals = whole(market, "sz_decimals")?;
    let least = number(market, "min_notional_usd")?;
    let px = legal_px(number(args, "px")?, side(args)?, sz_decimals);
    let sz = lots(number(args, "sz")?.max(ZERO), sz_decimals);
    let reject = |code: &str| Ok(object(vec![("reject", Json::from(code))]));
    if !px.is_positive() {
        return reject("price_not_positive");
    }
    if !sz.is_positive() || px * sz < least {
        return reject("below_minimum");
    }
    Ok(object(vec![("px", Json::from(px)), ("sz", Json::from(sz))]))
}

pub const HOUR_MS: i64 = 3_600_000;
pub const WEEK_MS: i64 = 168 * HOUR_MS;
const FRIDAY_MS: i64 = 45 * HOUR_MS; // 1 January 1970 was a Thursday

/// The ms since the latest Friday 21:00 UTC.
pub fn since_opening(t_ms: i64) -> i64 {
    (t_ms - FRIDAY_MS).rem_euclid(WEEK_MS)
}

/// The number of the weekend that began last (S-4).
pub fn weekend(t_ms: i64) -> i64 {
    (t_ms - FRIDAY_MS).div_euclid(WEEK_MS)
}

/// The first Sunday 21:00 strictly after `t_ms` (S-2).
pub fn next_sunday(t_ms: i64) -> i64 {
    t_ms + WEEK_MS - since_opening(t_ms - 48 * HOUR_MS)
}

/// Whether quotes may rest, and whether this is the shutdown window (S-1, S-2).
pub fn session(t_ms: i64, weekend_only: bool) -> (bool, bool) {
    let since = since_opening(t_ms);
    let closing = (48 * HOUR_MS..51 * HOUR_MS).contains(&since);
    let open = if weekend_only { since < 48 * HOUR_MS } else { !closing };
    (open, closing)
}
