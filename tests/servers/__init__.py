"""Servers that tests talk to."""
