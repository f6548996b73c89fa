"""Queries for staff, by subject."""
