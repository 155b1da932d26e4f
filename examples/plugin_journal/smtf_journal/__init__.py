"""An example plugin for smtf: checkpoints in zip files, and a journal of what a job did."""
