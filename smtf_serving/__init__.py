"""Serving: adapters that answer invocations with an exported model."""
