"""The embedded suite: the configs that the gate judges a maker on when it is given none, as TOML."""
