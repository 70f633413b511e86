"""Recorded market data: read exactly, refused by row, shifted in time, turned into a script of the world."""
