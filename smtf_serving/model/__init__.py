"""Models on disk and in memory: found, described, loaded, called and given back."""
