"""Mutation of the model: one small fault at a time, and which judges see it (`make mutation`, docs/escapes.md)."""
