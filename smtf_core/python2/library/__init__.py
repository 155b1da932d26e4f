"""Python 2's library where Python 3's module of that name does something else with the same calls."""
