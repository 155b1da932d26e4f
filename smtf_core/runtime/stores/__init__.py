"""Where checkpoints live: the stores that come with smtf."""
