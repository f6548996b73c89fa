"""Languages, times and texts for people: pages, emails, addresses."""
