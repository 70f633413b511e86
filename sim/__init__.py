"""The world the maker lives in: a simulated venue, its wire and its takers."""
