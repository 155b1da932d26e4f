"""Serving adapters, one a module."""
