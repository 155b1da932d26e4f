"""Runs a job in processes on this machine, a process tree for each host."""
