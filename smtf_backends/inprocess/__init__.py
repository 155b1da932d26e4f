"""Runs a job in a thread of the calling process."""
