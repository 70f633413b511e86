//! The ladder before venue rounding, and the rounding (Q-1..Q-9). One function serves the call and the maker.

use crate::config::Config;
use crate::decimal::{Dec, BPS, ONE, ZERO};

#[derive(Clone, Copy, PartialEq)]
pub enum Side {
    Buy,
    Sell,
}

pub const SIDES: [Side; 2] = [Side::Buy, Side::Sell];

impl Side {
    pub fn read(text: Option<&str>) -> Option<Side> {
        match text {
            Some("buy") => Some(Side::Buy),
            Some("sell") => Some(Side::Sell),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Side::Buy => "buy",
            Side::Sell => "sell",
        }
    }

    pub fn other(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }

    /// `value` where this is a buy, its negative where it is a sell.
    pub fn signed(self, value: Dec) -> Dec {
        match self {
            Side::Buy => value,
            Side::Sell => -value,
        }
    }
}

/// What the wick statistics say, brought back from binary64.
pub struct Told {
    pub optimal_bps: Dec,
    pub p100_bps: Dec,
}

pub struct Quote {
    pub level: i64,
    pub px: Dec,
    pub size_usd: Dec,
    pub base_bps: Dec,
    pub skewed_bps: Dec,
    pub final_bps: Dec,
}

/// The rest of what a ladder depends on, beside config, side and oracle price.
pub struct Lean {
    pub ratio: Dec,
    pub multiplier: Dec,
    pub trend: Dec,
    pub told: Option<Told>,
}

/// One side's rungs, innermost first, without those out of range.
pub fn quotes(config: &Config, side: Side, oracle_px: Dec, lean: &Lean) -> Vec<Quote> {
    let floor = if config.skew_respects_fee_floor { ONE.max(config.fee_buffer_bps) } else { ONE };
    let inventory = ONE + side.signed(config.inventory_skew_factor * unit(lean.ratio));
    let velocity = if config.velocity_skew_enabled {
        ONE + side.signed(config.velocity_skew_factor * unit(lean.trend))
    } else {
        ONE
    };
    let mut rungs = Vec::new();
    if !oracle_px.is_positive() {
        return rungs;
    }
    for level in 0..config.num_levels {
        let base_bps = base_offset(config, level, lean.told.as_ref()) * lean.multiplier.max(ONE);
        let skewed_bps = base_bps * inventory * velocity;
        let final_bps = skewed_bps.max(floor);
        let px = oracle_px * (ONE - side.signed(final_bps / BPS));
        if in_range(oracle_px, px) {
            rungs.push(Quote { level, px, size_usd: size_usd(config, level), base_bps, skewed_bps, final_bps });
        }
    }
    rungs
}

fn unit(value: Dec) -> Dec {
    value.max(-ONE).min(ONE)
}

fn base_offset(config: &Config, level: i64, told: Option<&Told>) -> Dec {
    let inner = match told {
        Some(told) if config.dynamic_offset_enabled => {
            (told.optimal_bps * config.l0_wick_multiplier).max(config.min_offset_bps).max(config.fee_buffer_bps)
        }
        _ => config.min_offset_bps,
    };
    if config.level_distribution == "linear" || config.num_levels == 1 {
        return inner + Dec::whole(level) * config.level_spacing_bps;
    }
    let largest = told.map_or(ZERO, |told| told.p100_bps) * config.p100_safety_multiplier;
    let outer = largest.max(inner + config.min_range_width_bps);
    let share = level as f64 / (config.num_levels - 1) as f64;
    let weight = Dec::from_f64(share.powf(config.level_exponent.to_f64())).unwrap_or(ONE); // N-3: binary64 will do
    inner + weight * (outer - inner)
}

fn size_usd(config: &Config, level: i64) -> Dec {
    if config.size_distribution == "uniform" || config.num_levels == 1 {
        return config.size_per_level_usd;
    }
    let share = Dec::whole(level) / Dec::whole(config.num_levels - 1);
    let widest = config.size_max_multiplier - config.size_min_multiplier;
    config.size_per_level_usd * (config.size_min_multiplier + widest * share)
}

/// Positive and at most 9500 bps from the oracle.
pub fn in_range(oracle_px: Dec, px: Dec) -> bool {
    px.is_positive() && (px - oracle_px).abs() * BPS <= Dec::whole(9500) * oracle_px
}

/// The nearest legal price on the passive side: a buy down, a sell up.
pub fn legal_px(px: Dec, side: Side, sz_decimals: i64) -> Dec {
    if !px.is_positive() {
        return ZERO;
    }
    let places = (6 - sz_decimals as i32).min(4 - px.adjusted()).max(0);
    px.on_grid(places, side == Side::Sell)
}

/// A size, which is not negative, rounded down to the lot.
pub fn lots(sz: Dec, sz_decimals: i64) -> Dec {
    sz.on_grid(sz_decimals as i32, false)
}
