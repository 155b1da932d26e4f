"""An example plugin for smtf: models that are one number."""
