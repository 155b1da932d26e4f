"""The backends that come with smtf, each in a folder of its own and independent of the others."""
