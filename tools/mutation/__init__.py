"""Mutation runs: change one thing in a file, and check that a test fails. Decision 16 says why this is our own."""
