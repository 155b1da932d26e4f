"""The ``smtf`` command: a table of subcommands, each imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from smtf_core._version import __version__

# name -> (module:attribute, one line of help). The lines stand here so that `smtf --help` imports no command.
COMMANDS = {
    "train": ("smtf_core.cli.train:train", "Train a script."),
    "jobs": ("smtf_core.cli.jobs:jobs", "List jobs that go on by themselves."),
    "attach": ("smtf_core.cli.attach:attach", "Wait for a job that was submitted before."),
    "logs": ("smtf_core.cli.logs:logs", "Show a job's log."),
    "stop": ("smtf_core.cli.stop:stop", "Ask a job to save a checkpoint and end."),
    "clean": ("smtf_core.cli.clean:clean", "Give back what ended jobs have left besides their output."),
    "check": ("smtf_core.cli.check:check", "Tell what a script is, and what would keep it from running."),
    "serve": ("smtf_serving.command:serve", "Answer requests over HTTP with an exported model."),
    "deploy": ("smtf_core.cli.deploy:deploy", "Start an endpoint that goes on by itself."),
    "predict": ("smtf_core.cli.predict:predict", "Ask an endpoint."),
    "endpoints": ("smtf_core.cli.endpoints:endpoints", "List endpoints, and delete them."),
    "image": ("smtf_backends.docker.command:image", "Build the image that jobs in containers run in."),
    "plugins": ("smtf_core.cli.plugins:plugins", "List plugins and what they provide."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports them on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The stock method imports every command for its help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="smtf")
def main() -> None:
    """Run SageMaker-style TensorFlow training scripts anywhere, on today's TensorFlow.

    A script defines model_fn, keras_model_fn or estimator_fn together with train_input_fn, eval_input_fn and (to export
    a model) serving_input_fn. Start with: smtf train SCRIPT --channel training=FOLDER
    """
