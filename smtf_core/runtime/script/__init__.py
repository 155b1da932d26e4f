"""Loading a user's script: its own view of its imports, the contract it must keep, and how its functions are called."""
