"""How the data of channels reaches a script: the input modes that come with smtf."""
