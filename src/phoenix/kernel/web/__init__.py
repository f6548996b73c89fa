"""From a request to a call of an action or query, and from its result to a response."""
