"""Texts of emails: what is used now, its versions, and test sends."""
