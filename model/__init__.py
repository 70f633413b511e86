"""The system under check: pure, typed, deterministic decisions of a weekend market maker."""
