"""Languages, times, and text for people: pages, emails, addresses."""
