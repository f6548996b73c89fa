"""Stop emails to addresses that accept none, as reported in several ways, and resume them."""
