"""The pytest plugin: a project that trains, and every hook noted with its arguments, in the order of a job."""

import pytest

from smtf_core import PluginManager, hookspecs

pytest_plugins = ["smtf_core.testing.plugin"]


def test_the_recorder_implements_every_decision_and_observer(hook_recorder):
    manager = PluginManager(plugins=[hook_recorder], autoload=False)
    hooks = {name for name in vars(hookspecs) if name.startswith("smtf_") and not name.startswith("smtf_register_")}
    assert set(manager.hooks_of(manager.plugins[0])) == hooks


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_a_training_as_its_hooks_tell_it(smtf_project, hook_recorder):
    estimator = smtf_project.fit(job_name="told")
    assert estimator.result.state == "Completed"
    once = list(dict.fromkeys(hook_recorder.hooks))
    assert once == [
        "smtf_configure_job",
        "smtf_before_submit",
        "smtf_after_submit",
        "smtf_before_training",
        "smtf_load_script",
        "smtf_after_checkpoint",
        "smtf_after_evaluation",
        "smtf_after_steps",
        "smtf_export_model",
        "smtf_after_export",
        "smtf_after_training",
        "smtf_after_job",
    ]
    (exported,) = hook_recorder.arguments("smtf_after_export")
    assert exported["exported"].path == estimator.model_data
    assert exported["environment"].job_name == "told"
    assert {call["checkpoint"].step for call in hook_recorder.arguments("smtf_after_checkpoint")} >= {20}
