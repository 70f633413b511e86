"""Reporters that listen to the events of a run."""
