"""Embedded scenarios, as TOML."""
