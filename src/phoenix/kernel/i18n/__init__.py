"""Languages, times, and text for people: pages, addresses."""
