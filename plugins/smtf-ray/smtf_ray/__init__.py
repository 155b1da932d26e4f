"""Runs the hosts of smtf's jobs as actors on a Ray cluster."""
