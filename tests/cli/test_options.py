"""The command line and the job file; nothing here trains."""

import json

import pytest
from click.testing import CliRunner

from smtf_core import ShuffleConfig, s3_input
from smtf_core.cli import COMMANDS, main
from smtf_core.cli.jobfile import read_job_file
from smtf_core.cli.train import _merge, train
from smtf_core.errors import InvalidInputError


def merged(*arguments: str, file=None):
    """What the command would hand to the estimator."""
    from smtf_core.cli.jobfile import JobFile

    context = train.make_context("train", list(arguments))
    options = context.params
    return _merge(file or JobFile(), options)


def test_options_become_the_estimators_arguments():
    got = merged(
        "a.py",
        *(
            "--channel",
            "training=/d",
            "--channel",
            "test=file:///t",
            "--hyperparameter",
            "rate=0.1",
            "--hyperparameter",
            "name=x=y",
        ),
        *("--env", "A=b=c", "--training-steps", "5", "--evaluation-steps", "none", "--framework-version", "1.6"),
        *("--checkpoint-path", "ck", "--job-name", "j", "--max-run", "5", "--log-level", "debug"),
    )
    assert got["inputs"] == {"training": "/d", "test": "file:///t"}
    assert got["hyperparameters"] == {"rate": 0.1, "name": "x=y"}
    assert got["environment"] == {"A": "b=c"}
    assert (got["training_steps"], got["evaluation_steps"]) == (5, None)
    assert (got["framework_version"], got["checkpoint_path"], got["job_name"]) == ("1.6", "ck", "j")
    assert (got["train_max_run"], got["container_log_level"]) == (5.0, 10)


def test_how_a_channel_is_delivered(write):
    file = read_job_file(write("job.toml", '[channels.a]\nuri = "/a"\ninput_mode = "Pipe"\nshuffle_seed = 3\n'))
    options = (
        "a.compression=Gzip",
        "b.input_mode=Pipe",
        "b.attribute_names=x,y",
        "b.s3_data_type=AugmentedManifestFile",
    )
    flags = [word for option in options for word in ("--channel-option", option)]
    got = merged("a.py", "--channel", "b=/b", "--channel", "c=/c", *flags, file=file)["inputs"]
    assert got["a"] == s3_input(
        "/a", compression="Gzip", input_mode="Pipe", shuffle_config=ShuffleConfig(3), attribute_names=[]
    )
    assert (got["b"].s3_data_type, got["b"].attribute_names) == ("AugmentedManifestFile", ["x", "y"])
    assert got["c"] == "/c"


@pytest.mark.parametrize("option", ["input_mode=Pipe", "d.input_mode=Pipe", "c.mode=Pipe", "c.shuffle_seed=x"])
def test_a_channel_option_that_is_none(option):
    with pytest.raises(InvalidInputError, match=f"--channel-option {option}: "):
        merged("a.py", "--channel", "c=/c", "--channel-option", option)


def test_steps_have_the_containers_defaults():
    got = merged("a.py")
    assert (got["training_steps"], got["evaluation_steps"]) == (1000, 100)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--channel", "training"], "is not of the form NAME=VALUE"),
        (["--training-steps", "many"], "neither a whole number nor 'none'"),
        (["--log-level", "loud"], "'loud' is not one of"),
        (["--job", "/no/such.toml"], "does not exist"),
        (["--stepz", "5"], "No such option"),
    ],
)
def test_bad_usage_is_told(arguments, message):
    done = CliRunner().invoke(main, ["train", "a.py", *arguments])
    assert done.exit_code == 2
    assert message in done.output


def test_help_names_every_option_and_the_results():
    done = CliRunner().invoke(main, ["train", "--help"])
    assert done.exit_code == 0
    for word in ("--channel", "--job-name", "--json", "loss.png", "Ctrl-C", "Examples"):
        assert word in done.output


JOB = """
entry_point = "train.py"
framework_version = "1.9"
training_steps = 10
evaluation_steps = "none"
[hyperparameters]
rate = 0.1
[environment]
A = "1"
[channels]
training = "data"
[channels.test]
uri = "s3://b/k"
content_type = "text/csv"
"""


def test_a_job_file_is_read_and_the_command_line_wins(write, tmp_path):
    file = read_job_file(write("job.toml", JOB))
    got = merged("--training-steps", "20", "--hyperparameter", "rate=0.5", "--env", "B=2", file=file)
    assert got["entry_point"] == str(tmp_path / "train.py")
    assert (got["training_steps"], got["evaluation_steps"], got["framework_version"]) == (20, None, "1.9")
    assert (got["hyperparameters"], got["environment"]) == ({"rate": 0.5}, {"A": "1", "B": "2"})
    assert got["inputs"]["training"] == str(tmp_path / "data")
    assert (got["inputs"]["test"].s3_data, got["inputs"]["test"].content_type) == ("s3://b/k", "text/csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("training_stepz = 5", r"job\.toml.*unknown key 'training_stepz'|unknown key 'training_stepz'.*job\.toml"),
        ("[channels.test]\nuri = 'x'\ncolour = 'red'", "colour"),
        ("train_instance_count = 'two'", r"expected int, got 'two'.*train_instance_count"),
        ("a = ", r"job\.toml: "),
    ],
)
def test_a_bad_job_file_is_told_by_path(write, text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_job_file(write("job.toml", text))


def test_no_script_is_an_error():
    with pytest.raises(InvalidInputError, match="which script is to be trained"):
        merged()


def test_plugins_lists_what_there_is():
    listed = json.loads(CliRunner().invoke(main, ["plugins", "--json"]).output)
    assert {plugin["name"] for plugin in listed} >= {"inprocess", "scripts", "stores"}
    assert all(plugin["state"] == "active" for plugin in listed if plugin["distribution"].startswith("smtf "))
    text = CliRunner().invoke(main, ["plugins"]).output
    assert "backend inprocess: in a thread of this process" in text


def test_plugins_lists_hooks_with_their_signatures():
    hooks = json.loads(CliRunner().invoke(main, ["plugins", "--hooks", "--json"]).output)
    by_name = {hook["name"]: hook for hook in hooks}
    assert by_name["smtf_export_model"]["implemented_by"] == ["export"]
    assert "(job: 'Job', handle: 'JobHandle') -> 'None'" in by_name["smtf_after_submit"]["signature"]
    assert "implemented by: export" in CliRunner().invoke(main, ["plugins", "--hooks"]).output


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_keeps_its_lines(command):
    shown = CliRunner().invoke(main, [command, "--help"])
    assert shown.exit_code == 0
    # The mark that keeps click from refilling a paragraph is a backspace, not the two characters of a raw string.
    assert "\\b" not in shown.output
    assert "\b" not in shown.output
