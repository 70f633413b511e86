"""Injected defects: each the smallest change that makes the model wrong."""
