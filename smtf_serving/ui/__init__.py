"""The page of ``smtf serve --ui``: models, a form to ask them, and how long requests took."""
