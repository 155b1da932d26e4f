import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.models import FrameworkVersion
from smtf_core.models.settings import injected_defaults, parse_settings, parse_steps

V14, V15, V16, V19, V110, V111 = (FrameworkVersion.parse(f"1.{minor}") for minor in (4, 5, 6, 9, 10, 11))


def test_all_six_run_config_keys_go_to_run_config():
    given = {
        "save_summary_steps": 10,
        "save_checkpoints_steps": 20,
        "keep_checkpoint_max": 3,
        "keep_checkpoint_every_n_hours": 0.5,
        "log_step_count_steps": 7,
    }
    assert parse_settings({**given, "mine": "x"}, V111).run_config == given
    assert parse_settings({"save_checkpoints_secs": 60}, V111).run_config == {"save_checkpoints_secs": 60}


def test_default_interval_is_300_seconds_unless_steps_are_given():
    assert parse_settings({}, V111).run_config == {"save_checkpoints_secs": 300}
    assert parse_settings({"save_checkpoints_steps": 5}, V111).run_config == {"save_checkpoints_steps": 5}
    assert "save_checkpoints_secs" not in injected_defaults({"save_checkpoints_steps": 5}, V111)


def test_null_means_not_given():
    assert parse_settings({"save_checkpoints_secs": None, "throttle_secs": None}, V111) == parse_settings({}, V111)


def test_both_intervals_are_an_error():
    with pytest.raises(InvalidInputError, match=r"save_checkpoints_steps.*save_checkpoints_secs.*Remove one"):
        parse_settings({"save_checkpoints_steps": 5, "save_checkpoints_secs": 5}, V111)


@pytest.mark.parametrize(
    ("key", "value", "version"),
    [
        ("save_summary_steps", "10", V111),
        ("save_summary_steps", 0, V111),
        ("save_checkpoints_secs", True, V111),
        ("save_checkpoints_steps", 1.5, V111),
        ("keep_checkpoint_max", -1, V111),
        ("keep_checkpoint_every_n_hours", "often", V111),
        ("log_step_count_steps", [], V111),
        ("start_delay_secs", -1, V16),
        ("throttle_secs", "600", V16),
        ("throttle_secs", float("nan"), V16),
        ("eval_metrics", {"accuracy": 1}, V14),
        ("eval_delay_secs", "soon", V15),
        ("continuous_eval_throttle_secs", {}, V14),
        ("min_eval_frequency", 0.5, V14),
        ("delay_workers_by_global_step", 1, V14),
        ("train_steps_per_iteration", 0, V14),
    ],
)
def test_a_value_of_the_wrong_type_is_an_error_that_names_the_key(key, value, version):
    with pytest.raises(InvalidInputError, match=key):
        parse_settings({key: value}, version)


def test_evaluation_policy_by_version():
    assert parse_settings({}, V19).evaluation.at_first_checkpoint
    assert not parse_settings({}, V110).evaluation.at_first_checkpoint
    assert parse_settings({}, V111).evaluation.throttle_secs == 600
    late = parse_settings({"start_delay_secs": 5, "throttle_secs": 0}, V111).evaluation
    assert (late.start_delay_secs, late.throttle_secs) == (5, 0)


def test_experiment_settings_of_1_4_and_1_5():
    default = parse_settings({}, V14).evaluation
    assert (default.every_n_steps, default.throttle_secs, default.export_each_time) == (1000, 0, False)
    assert parse_settings({"min_eval_frequency": 0}, V15).evaluation.every_n_steps is None
    given = {
        "eval_delay_secs": 3,
        "continuous_eval_throttle_secs": 4,
        "train_steps_per_iteration": 50,
        "delay_workers_by_global_step": True,
    }
    settings = parse_settings(given, V15)
    assert (settings.evaluation.start_delay_secs, settings.evaluation.throttle_secs) == (3, 4)
    assert (settings.train_steps_per_iteration, settings.delay_workers_by_global_step) == (50, True)
    assert injected_defaults({}, V14) == {"save_checkpoints_secs": 300, "min_eval_frequency": 1000}


def test_a_key_of_another_era_is_noted_not_refused():
    (note,) = parse_settings({"throttle_secs": "as the script likes"}, V14).notes
    assert "throttle_secs" in note
    assert "1.6" in note
    (note,) = parse_settings({"min_eval_frequency": "whatever"}, V111).notes
    assert "min_eval_frequency" in note


def test_steps():
    assert parse_steps("training_steps", None) is None
    assert parse_steps("training_steps", 10.0) == 10
    for wrong in (0, -1, 1.5, "10", True):
        with pytest.raises(InvalidInputError, match="training_steps must be a whole number above 0"):
            parse_steps("training_steps", wrong)
