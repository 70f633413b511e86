//! The ladder: when it is quoted anew (L-3), what it consists of, and which of it may go out now (I-5).

use crate::decimal::{Dec, BPS, ONE, ZERO};
use crate::facts::{Role, Ticket};
use crate::json::Json;
use crate::maker::Life;
use crate::quoting::{in_range, legal_px, lots, quotes, Lean, Side, SIDES};

/// By side, innermost first: level, price, size.
pub type Ladder = [Vec<(i64, Dec, Dec)>; 2];

impl Life {
    pub fn requote_due(&self, at: usize) -> bool {
        let (m, c) = (&self.markets[at], &self.config);
        let interval_over = m.quote_ms.map_or(true, |ms| self.now - ms >= c.requote_interval_ms);
        let change = m.oracle.map_or(ZERO, |oracle| (oracle - m.quote_px).abs()) * BPS;
        m.fresh || interval_over || change >= c.min_requote_change_bps * m.quote_px
    }

    /// The ladder at the current oracle price, rounded; what cannot be sent is left out. `loud`: say what.
    pub fn rungs(&mut self, at: usize, loud: bool) -> Ladder {
        let mut out: Ladder = [Vec::new(), Vec::new()];
        let m = &self.markets[at];
        let (oracle, mark, decimals) = match (m.oracle, self.mark(at), m.sz_decimals) {
            (Some(oracle), Some(mark), Some(decimals)) => (oracle, mark, decimals),
            _ => return out,
        };
        let adverse = self.config.adverse_consecutive_fills > 0 && m.adverse >= self.config.adverse_consecutive_fills;
        let multiplier = if adverse { self.config.adverse_spread_multiplier } else { ONE };
        let lean = Lean { ratio: self.ratio(at), multiplier, trend: ZERO, told: None };
        let (min_usd, mut dropped, mut small) = (m.min_usd, 0, None);
        for side in SIDES {
            if self.leans(at, side) {
                continue; // I-3
            }
            let quoted = quotes(&self.config, side, oracle, &lean);
            dropped += self.config.num_levels - quoted.len() as i64;
            let mut inner = oracle;
            for quote in quoted {
                let (px, sz) = (legal_px(quote.px, side, decimals), lots(quote.size_usd / mark, decimals));
                if !in_range(oracle, px) {
                    dropped += 1;
                } else if !sz.is_positive() || px * sz < min_usd {
                    small = small.or(Some((px, sz)));
                } else if side.signed(inner - px).is_positive() {
                    out[side as usize].push((quote.level, px, sz));
                    inner = px;
                }
            }
        }
        self.report_dropped(at, small, if loud { dropped } else { 0 });
        out
    }

    fn report_dropped(&mut self, at: usize, small: Option<(Dec, Dec)>, dropped: i64) {
        if let Some((px, sz)) = small.filter(|_| !self.markets[at].min_said) {
            self.markets[at].min_said = true;
            let fields = vec![("px", Json::from(px)), ("sz", Json::from(sz))];
            self.say_of("warn", "rung_below_minimum", at, "a rung is worth less than the venue's minimum", fields);
        }
        if dropped > 0 {
            let text = "rungs not positive or more than 9500 bps from the oracle";
            self.say_of("warn", "rung_out_of_range", at, text, vec![("count", Json::from(dropped))]);
        }
    }

    /// Keep what stands where a rung is wanted, cancel the rest, and place what may go now.
    pub fn requote(&mut self, at: usize) {
        let ladder = self.rungs(at, true);
        let mark = self.mark(at).unwrap_or(ZERO);
        let now = self.now;
        let m = &mut self.markets[at];
        m.fresh = false;
        m.quote_ms = Some(now);
        m.quote_px = m.oracle.unwrap_or(ZERO);
        let mut going = true;
        for side in SIDES {
            self.plan_side(at, side, &ladder[side as usize], mark);
            going = going && self.fill_side(at, side, &ladder[side as usize], false);
        }
        if !going {
            self.markets[at].wait.iter_mut().for_each(|levels| levels.clear());
        }
    }

    /// Note which levels of a side are to be placed, and cancel what stands at none of them.
    fn plan_side(&mut self, at: usize, side: Side, rungs: &[(i64, Dec, Dec)], mark: Dec) {
        let mut total = side.signed(self.markets[at].net);
        let mut mine = self.ladder_orders(at, side);
        self.markets[at].wait[side as usize].clear();
        for (level, px, sz) in rungs {
            let stands = |t: &Ticket| t.px == Some(*px) && t.left() == *sz;
            let keep = mine.iter().copied().find(|id| stands(&self.tickets[id]));
            total = total + keep.map_or(*sz, |id| self.tickets[&id].exposure());
            if total * mark > self.config.max_position_usd {
                break; // not even after all cancels (I-5); the outer ones go with it
            }
            match keep {
                Some(id) => {
                    self.ticket(id).level = Some(*level);
                    mine.retain(|other| *other != id);
                }
                None => {
                    self.markets[at].wait[side as usize].insert(*level);
                }
            }
        }
        for id in mine {
            self.want_cancel(id);
        }
    }

    /// Rungs of a side that stand and are not being cancelled.
    fn ladder_orders(&self, at: usize, side: Side) -> Vec<u64> {
        let standing = |t: &Ticket| t.side == Some(side) && t.role == Role::Ladder && t.cancel_seq.is_none();
        self.markets[at].live.iter().copied().filter(|id| standing(&self.tickets[id])).collect()
    }

    /// After a last word: place what it makes room for, beside rungs of an older oracle price.
    pub fn fill_in(&mut self, at: usize) {
        let ladder = self.rungs(at, false);
        let going = SIDES.iter().all(|side| self.fill_side(at, *side, &ladder[*side as usize], true));
        if !going {
            self.markets[at].wait.iter_mut().for_each(|levels| levels.clear());
        }
    }

    /// Place a side's awaited rungs that may go now, from level 0 outward; false: the request budget is used up (L-12).
    fn fill_side(&mut self, at: usize, side: Side, rungs: &[(i64, Dec, Dec)], later: bool) -> bool {
        let live: Vec<&Ticket> = self.markets[at].live.iter().map(|id| &self.tickets[id]).collect();
        if live.iter().any(|t| t.side.is_none() || t.px.is_none()) {
            return true;
        }
        let ours =
            live.iter().zip(&self.markets[at].live).filter(|(t, _)| t.side == Some(side) && t.role != Role::Flatten);
        let mut others: Vec<u64> = ours.map(|(_, id)| *id).collect();
        let (net, mark, index) = (side.signed(self.markets[at].net), self.mark(at).unwrap_or(ZERO), side as usize);
        let levels: Vec<i64> = self.markets[at].wait[index].iter().copied().collect();
        for level in levels {
            let (px, sz) = match rungs.iter().find(|rung| rung.0 == level) {
                Some(rung) => (rung.1, rung.2),
                None => {
                    self.markets[at].wait[index].remove(&level);
                    continue;
                }
            };
            // I-5: what does not fit even after all cancels is dropped, what fits only after them waits
            let (most, staying) = (self.config.max_position_usd, |t: &Ticket| t.cancel_seq.is_none());
            let total = |all, id: &u64| all + self.tickets[id].exposure();
            let after = others.iter().filter(|id| staying(&self.tickets[id])).fold(net + sz, total);
            if after * mark > most {
                self.markets[at].wait[index].retain(|other| *other < level);
                break;
            }
            if others.iter().fold(net + sz, total) * mark > most {
                break;
            }
            if self.would_cross(at, side, px) || (later && self.out_of_line(&others, side, level, px)) {
                continue;
            }
            if self.budget < Dec::whole(self.config.request_reserve) {
                if !self.budget_said {
                    self.budget_said = true;
                    let text = "less than request_reserve is left: placements stop";
                    let left = vec![("left", Json::from(self.budget))];
                    self.say_of("warn", "request_budget", at, text, left);
                }
                return false;
            }
            self.budget_said = false;
            self.markets[at].wait[index].remove(&level);
            others.push(self.send_place(at, side, px, sz, Some(level)));
        }
        true
    }

    /// It would meet an own order of the other side: it waits for that one's last word (L-13).
    fn would_cross(&self, at: usize, side: Side, px: Dec) -> bool {
        let meets = |t: &Ticket| t.side != Some(side) && t.px.map_or(true, |other| side.signed(px - other) >= ZERO);
        self.markets[at].live.iter().any(|id| meets(&self.tickets[id]))
    }

    /// It would not stand strictly between its neighbours.
    fn out_of_line(&self, others: &[u64], side: Side, level: i64, px: Dec) -> bool {
        others.iter().map(|id| &self.tickets[id]).any(|t| match (t.level, t.px) {
            (Some(other), Some(other_px)) if other != level && t.cancel_seq.is_none() => {
                let farther = side.signed(other_px - px);
                let outward = if level > other { farther } else { -farther };
                !outward.is_positive()
            }
            _ => false,
        })
    }
}
