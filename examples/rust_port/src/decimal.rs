//! Exact decimals as the rules want them: 28 significant digits, round half even (N-1), in `u128` and nothing else.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Neg, Sub};

const DIGITS: u32 = 28;
const LIMIT: u128 = 10_000_000_000_000_000_000_000_000_000; // 10^28
const HALF: u128 = 100_000_000_000_000; // 10^14

/// ± coef × 10^exp, with coef < 10^28; zero has one form only.
#[derive(Clone, Copy, Debug)]
pub struct Dec {
    neg: bool,
    coef: u128,
    exp: i32,
}

pub const ZERO: Dec = Dec { neg: false, coef: 0, exp: 0 };
pub const ONE: Dec = Dec { neg: false, coef: 1, exp: 0 };
pub const BPS: Dec = Dec { neg: false, coef: 10_000, exp: 0 };

fn pow10(n: u32) -> u128 {
    10u128.pow(n)
}

fn digits(mut n: u128) -> u32 {
    let mut count = 0;
    while n >= HALF {
        n /= HALF;
        count += 14;
    }
    while n > 0 {
        n /= 10;
        count += 1;
    }
    count
}

/// Round a coefficient of any length to 28 digits, half even; `more` says that something not 0 follows it.
fn rounded(neg: bool, coef: u128, exp: i32, more: bool) -> Dec {
    if coef == 0 {
        return ZERO;
    }
    let length = digits(coef);
    if length <= DIGITS {
        return Dec { neg, coef, exp };
    }
    let cut = length - DIGITS;
    let unit = pow10(cut);
    let (mut kept, rest) = (coef / unit, coef % unit);
    let half = unit / 2;
    if rest > half || (rest == half && (more || kept % 2 == 1)) {
        kept += 1;
    }
    let exp = exp + cut as i32;
    if kept == LIMIT {
        Dec { neg, coef: LIMIT / 10, exp: exp + 1 }
    } else {
        Dec { neg, coef: kept, exp }
    }
}

impl Dec {
    pub fn whole(n: i64) -> Dec {
        Dec { neg: n < 0, coef: u128::from(n.unsigned_abs()), exp: 0 }
    }

    /// Read plain or exponent notation; what is longer than 28 digits is rounded. None: no sane finite number.
    pub fn parse(text: &str) -> Option<Dec> {
        let body = text.strip_prefix(|c| c == '+' || c == '-').unwrap_or(text);
        let neg = text.starts_with('-');
        let (mantissa, power) = match body.find(&['e', 'E'][..]) {
            Some(at) => (&body[..at], exponent(&body[at + 1..])?),
            None => (body, 0),
        };
        let (whole, part) = match mantissa.find('.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, "0"),
        };
        if text.len() > 250 || whole.is_empty() || part.is_empty() {
            return None;
        }
        let (mut coef, mut exp, mut more) = (0u128, power, false);
        for (at, byte) in whole.bytes().chain(part.bytes()).enumerate() {
            if !byte.is_ascii_digit() {
                return None;
            }
            let fraction = at >= whole.len();
            if coef < pow10(36) {
                coef = coef * 10 + u128::from(byte - b'0');
                exp -= i32::from(fraction);
            } else {
                more |= byte != b'0';
                exp += i32::from(!fraction);
            }
        }
        let read = rounded(neg, coef, exp, more);
        if read.coef != 0 && (read.adjusted() < -30 || read.adjusted() > 30) {
            return None;
        }
        Some(read)
    }

    /// The exact value of a binary64 number at 28 digits; None: NaN or an infinity (N-2).
    pub fn from_f64(value: f64) -> Option<Dec> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{:.27e}", value);
        let at = text.find('e')?;
        let exp: i32 = text[at + 1..].parse().ok()?;
        let neg = text.starts_with('-');
        let coef: u128 = text[..at].bytes().filter(u8::is_ascii_digit).fold(0, |n, b| n * 10 + u128::from(b - b'0'));
        Some(rounded(neg, coef, exp - 27, false))
    }

    /// The nearest binary64 number, ties to even (N-2).
    pub fn to_f64(self) -> f64 {
        let sign = if self.neg { "-" } else { "" };
        format!("{}{}e{}", sign, self.coef, self.exp).parse().unwrap_or(f64::NAN)
    }

    /// The power of ten of the first digit.
    pub fn adjusted(self) -> i32 {
        self.exp + digits(self.coef) as i32 - 1
    }

    pub fn is_positive(self) -> bool {
        !self.neg && self.coef != 0
    }

    pub fn is_zero(self) -> bool {
        self.coef == 0
    }

    pub fn abs(self) -> Dec {
        Dec { neg: false, ..self }
    }

    /// The largest multiple of 10^-places that is not above, or with `up` the smallest that is not below.
    pub fn on_grid(self, places: i32, up: bool) -> Dec {
        let cut = -places - self.exp;
        if cut <= 0 || self.coef == 0 {
            return self;
        }
        let (kept, rest) =
            if cut > 37 { (0, self.coef) } else { (self.coef / pow10(cut as u32), self.coef % pow10(cut as u32)) };
        let away = rest != 0 && up != self.neg;
        rounded(self.neg, kept + u128::from(away), -places, false)
    }

    /// Plain notation, no trailing zeros, no negative zero.
    pub fn text(self) -> String {
        if self.coef == 0 {
            return "0".to_string();
        }
        let mut all = self.coef.to_string();
        let (mut exp, sign) = (self.exp, if self.neg { "-" } else { "" });
        while exp < 0 && all.ends_with('0') {
            all.pop();
            exp += 1;
        }
        if exp >= 0 {
            return format!("{}{}{}", sign, all, "0".repeat(exp as usize));
        }
        let places = -exp as usize;
        if all.len() <= places {
            all = format!("{}{}", "0".repeat(places + 1 - all.len()), all);
        }
        let (whole, part) = all.split_at(all.len() - places);
        format!("{}{}.{}", sign, whole, part)
    }
}

fn exponent(text: &str) -> Option<i32> {
    let bare = text.strip_prefix(|c| c == '+' || c == '-').unwrap_or(text);
    if bare.is_empty() || bare.len() > 3 || !bare.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i32 = bare.parse().ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}

impl Add for Dec {
    type Output = Dec;

    fn add(self, other: Dec) -> Dec {
        if self.coef == 0 || other.coef == 0 {
            return if self.coef == 0 { other } else { self };
        }
        let (upper, lower) = if self.exp >= other.exp { (self, other) } else { (other, self) };
        // 38 digits fit; what of the lower number reaches below them leaves a trace in its last digit
        let room = (38 - digits(upper.coef)) as i32;
        let gap = upper.exp - lower.exp;
        let raise = gap.min(room);
        let big = upper.coef * pow10(raise as u32);
        let cut = gap - raise;
        let small = if cut == 0 {
            lower.coef
        } else {
            let (kept, rest) = if cut > 37 {
                (0, lower.coef)
            } else {
                (lower.coef / pow10(cut as u32), lower.coef % pow10(cut as u32))
            };
            kept + u128::from(rest != 0 && kept % 5 == 0)
        };
        let exp = upper.exp - raise;
        if upper.neg == lower.neg {
            rounded(upper.neg, big + small, exp, false)
        } else if big >= small {
            rounded(upper.neg, big - small, exp, false)
        } else {
            rounded(lower.neg, small - big, exp, false)
        }
    }
}

impl Neg for Dec {
    type Output = Dec;

    fn neg(self) -> Dec {
        Dec { neg: !self.neg && self.coef != 0, ..self }
    }
}

impl Sub for Dec {
    type Output = Dec;

    fn sub(self, other: Dec) -> Dec {
        self + -other
    }
}

impl Mul for Dec {
    type Output = Dec;

    fn mul(self, other: Dec) -> Dec {
        let (a1, a0) = (self.coef / HALF, self.coef % HALF);
        let (b1, b0) = (other.coef / HALF, other.coef % HALF);
        let middle = a1 * b0 + a0 * b1;
        let low = a0 * b0 + middle % HALF * HALF;
        let (high, low) = (a1 * b1 + middle / HALF + low / LIMIT, low % LIMIT);
        let (neg, exp) = (self.neg != other.neg, self.exp + other.exp);
        if high == 0 {
            return rounded(neg, low, exp, false);
        }
        // 38 digits in all: the 28 that stay, and at least one more to round by
        let cut = digits(high);
        let keep = cut.saturating_sub(10);
        let unit = pow10(keep);
        let (short, rest) = (high * pow10(DIGITS - keep) + low / unit, low % unit);
        rounded(neg, short, exp + keep as i32, rest != 0)
    }
}

impl Div for Dec {
    type Output = Dec;

    /// The divisor is never zero.
    fn div(self, other: Dec) -> Dec {
        let (mut quotient, mut rest, mut exp) = (self.coef / other.coef, self.coef % other.coef, self.exp - other.exp);
        while rest != 0 && digits(quotient) <= DIGITS {
            let step = (38 - digits(quotient)).min(10);
            rest *= pow10(step);
            quotient = quotient * pow10(step) + rest / other.coef;
            rest %= other.coef;
            exp -= step as i32;
        }
        rounded(self.neg != other.neg, quotient, exp, rest != 0)
    }
}

impl PartialEq for Dec {
    fn eq(&self, other: &Dec) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Dec {}

impl PartialOrd for Dec {
    fn partial_cmp(&self, other: &Dec) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dec {
    /// By the sign of the difference, whose rounding never makes a number zero.
    fn cmp(&self, other: &Dec) -> Ordering {
        let difference = *self - *other;
        match (difference.coef == 0, difference.neg) {
            (true, _) => Ordering::Equal,
            (_, true) => Ordering::Less,
            _ => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dec, ONE, ZERO};

    fn d(text: &str) -> Dec {
        Dec::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_read_and_written_by_value() {
        for (text, written) in [("1.50", "1.5"), ("-0.0", "0"), ("1e3", "1000"), ("12E-4", "0.0012"), ("100", "100")] {
            assert_eq!(d(text).text(), written);
        }
        for text in ["", ".", "1.", ".5", "1e", "0x1", "NaN", "1e31", " 1"] {
            assert!(Dec::parse(text).is_none(), "{}", text);
        }
    }

    #[test]
    fn results_keep_28_digits_half_even() {
        assert_eq!((ONE / d("3")).text(), "0.3333333333333333333333333333");
        assert_eq!((d("2") / d("3")).text(), "0.6666666666666666666666666667");
        assert_eq!((d("1e27") + d("0.5")).text(), "1000000000000000000000000000");
        assert_eq!((d("1e27") + d("1.5")).text(), "1000000000000000000000000002");
        assert_eq!((d("1e27") + d("0.50000000000000000000000001")).text(), "1000000000000000000000000001");
        assert_eq!((d("9999999999999999999999999999") + ONE).text(), "10000000000000000000000000000");
        let square = d("1234567890123456789.012345678") * d("1234567890123456789.012345678");
        assert_eq!(square.text(), "1524157875323883675049535154000000000");
        assert_eq!((d("0.1") + d("0.2") - d("0.3")), ZERO);
    }

    #[test]
    fn grids_round_to_the_named_side() {
        assert_eq!(d("4956.19").on_grid(1, false).text(), "4956.1");
        assert_eq!(d("4956.11").on_grid(1, true).text(), "4956.2");
        assert_eq!(d("-1.5").on_grid(0, false).text(), "-2");
        assert_eq!(d("0.00001").on_grid(2, true).text(), "0.01");
    }
}
