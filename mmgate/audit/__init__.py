"""Logs of what really happened, read as the records that monitors watch."""
