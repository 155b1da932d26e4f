"""Runs commands in this process, with stdout and stderr apart on every release of click."""

import inspect

from click.testing import CliRunner

# From click 8.2 on they are apart by themselves, and there is no such argument.
RUNNER = CliRunner(**({"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}))
