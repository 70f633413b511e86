"""Engines that put specifications to the test."""
