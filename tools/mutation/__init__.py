"""Mutation runs: change one thing in a file, and see that a test notices. Decision 16 says why this is our own."""
