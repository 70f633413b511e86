"""A config is refused with everything that is wrong with it, or means exactly what it says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mmgate.gatefile import parse_toml
from mmgate.loading import config_from_data
from model.config import KEYS, ConfigRefused, CounterTif, LevelDistribution, MakerConfig


def errors(toml: str) -> list[tuple[str, str, str]]:
    """Return what is wrong with a [maker] table."""
    with pytest.raises(ConfigRefused) as refused:
        config_from_data(parse_toml(toml, "test"))
    return list(refused.value.errors)


def only_text(toml: str) -> str:
    ((_, _, text),) = errors(toml)
    return text


def test_an_empty_table_is_the_table_of_the_system():
    assert config_from_data({}) == MakerConfig()


def test_every_key_can_be_written_and_read_back():
    default = MakerConfig()
    assert config_from_data({key: getattr(default, key) for key in KEYS}) == default


def test_decimals_come_exactly_from_integers_floats_and_strings():
    config = config_from_data(
        parse_toml('min_offset_bps = 3\nfee_buffer_bps = 0.1\nl0_wick_multiplier = "0.3"', "test")
    )
    assert (config.min_offset_bps, config.fee_buffer_bps) == (Decimal(3), Decimal("0.1"))
    assert str(config.l0_wick_multiplier) == "0.3"


def test_words_become_enums_and_lists_become_tuples():
    config = config_from_data(
        {"level_distribution": "exponential", "counter_order_tif": "ioc", "markets": ["GOLD", "xyz:NVDA"]}
    )
    assert config.level_distribution is LevelDistribution.EXPONENTIAL
    assert config.counter_order_tif is CounterTif.IOC
    assert config.markets == ("GOLD", "xyz:NVDA")


@pytest.mark.parametrize(
    ("toml", "text"),
    [
        ("num_levls = 5", "num_levls = 5: there is no such key; did you mean num_levels?"),
        ("NUM_LEVELS = 5", "NUM_LEVELS = 5: there is no such key; did you mean num_levels?"),
        ("num_levels = 51", "num_levels = 51: must be at least 1 and at most 50"),
        ("num_levels = 5.0", "num_levels = 5.0: must be a whole number"),
        ("num_levels = true", "num_levels = true: must be a whole number"),
        ('num_levels = "5"', 'num_levels = "5": must be a whole number'),
        ("enabled = 1", "enabled = 1: must be true or false"),
        ('enabled = "true"', 'enabled = "true": must be true or false'),
        ("size_per_level_usd = true", 'size_per_level_usd = true: must be a number, such as 0.3 or "0.3"'),
        ("size_per_level_usd = 0", "size_per_level_usd = 0: must be greater than 0"),
        ("inventory_skew_factor = 1", "inventory_skew_factor = 1: must be at least 0 and less than 1"),
        ("min_offset_bps = nan", "min_offset_bps = NaN: must be a finite number"),
        ("min_offset_bps = inf", "min_offset_bps = Infinity: must be a finite number"),
        ("min_offset_bps = 1e29", "min_offset_bps = 1E+29: must lie between 1e-28 and 1e28, or be 0"),
        ("breakpoint_min_jump_ratio = inf", "breakpoint_min_jump_ratio = Infinity: must be a finite number"),
        ("breakpoint_min_jump_ratio = 1", "breakpoint_min_jump_ratio = 1: must be greater than 1.0"),
        (
            'level_distribution = "exponetial"',
            'level_distribution = "exponetial": must be "linear" or "exponential"; did you mean exponential?',
        ),
        (
            'size_distribution = "Convex"',
            'size_distribution = "Convex": must be "uniform" or "convex"; did you mean convex?',
        ),
        ("counter_order_tif = 3", 'counter_order_tif = 3: must be "alo" or "gtc" or "ioc"'),
        (
            'cloid_prefix = "6D6D6701"',
            'cloid_prefix = "6D6D6701": must be 8 hex digits in lower case (0-9, a-f)',
        ),
        ('markets = "GOLD"', 'markets = "GOLD": must be a list of names, such as ["GOLD", "xyz:NVDA"]'),
        ("dead_man_ms = 10", "dead_man_ms = 10: dead_man_ms is 0 (off) or at least 5000 must hold"),
    ],
)
def test_a_refusal_says_key_value_and_what_is_allowed(toml: str, text: str):
    assert only_text(toml) == text


def test_a_market_name_is_refused_with_the_name():
    text = only_text('markets = ["GO LD"]')
    assert 'the name "GO LD" must be COIN or dex:COIN' in text


def test_a_prefix_with_a_line_end_is_refused():
    assert errors('cloid_prefix = "6d6d6701\\n"')[0][1] == "malformed"


def test_a_binary_float_is_refused_for_a_decimal():
    with pytest.raises(ConfigRefused, match="write it as a string"):
        config_from_data({"min_offset_bps": 0.3})


def test_all_errors_come_at_once_and_contradictions_with_them():
    found = errors("num_levls = 5\nnum_levels = 0\nwick_min_samples = 70\nwick_window_size = 60\nenabled = 2")
    assert [(key, code) for key, code, _ in found] == [
        ("num_levls", "unknown_key"),
        ("enabled", "wrong_type"),
        ("num_levels", "out_of_range"),
        ("wick_min_samples", "contradiction"),
    ]
    assert found[-1][2] == (
        "wick_min_samples = 70, wick_window_size = 60: wick_min_samples <= wick_window_size must hold"
    )


def test_a_contradiction_with_a_default_is_told_with_both_values():
    assert only_text("inventory_warn_ratio = 0.96") == (
        "inventory_warn_ratio = 0.96, inventory_emergency_ratio = 0.95: "
        "inventory_warn_ratio < inventory_emergency_ratio must hold"
    )


def test_a_value_is_shown_on_one_printable_bounded_line():
    text = only_text('level_distribution = "a\\nb\\u001b' + "x" * 500 + '"')
    assert "\n" not in text
    assert "\x1b" not in text
    assert len(text) < 200


@pytest.mark.parametrize("value", ["1_0", " 1", "1e", "٣", "0x10", "1,5", "", "1" * 200])
def test_a_text_that_is_no_plain_number_is_refused(value: str):
    with pytest.raises(ConfigRefused):
        config_from_data({"min_offset_bps": value})
