"""Models on disk and in memory: found, unpacked, described, loaded, called and given back."""
