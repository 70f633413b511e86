"""The gate: command line, engines, ports and reports."""
