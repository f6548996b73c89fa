"""How a request becomes a call of an action or a query, and the result an answer."""
