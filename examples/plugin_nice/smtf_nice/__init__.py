"""An example plugin for smtf: jobs that give way to everything else on this machine."""
