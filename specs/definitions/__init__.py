"""Independent brute-force definitions of what the rules say."""
