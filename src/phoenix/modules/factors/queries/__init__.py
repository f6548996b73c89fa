"""Queries for factors."""
