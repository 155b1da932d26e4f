"""Adapter ``python``: the legacy container's endpoint, whose handlers are functions of the user's script."""
