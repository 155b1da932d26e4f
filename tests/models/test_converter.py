import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.models import Channel, Evaluation, FrameworkVersion, Job, JobHandle, Resources, TrainingResult
from smtf_core.models.converter import from_data, to_data


def test_models_survive_data():
    job = Job(
        name="j",
        backend="inprocess",
        entry_point="a.py",
        output_path="/out",
        channels=(Channel(name="training", uri="/data", shuffle_seed=3),),
        hyperparameters={"deep": {"a": [1, None]}},
        framework_version=FrameworkVersion.parse("1.6"),
        resources=Resources(max_run_seconds=5.0),
    )
    assert from_data(to_data(job), Job, "job") == job
    handle = JobHandle(backend="b", job_name="j", location="/x", details={"id": "1"})
    assert from_data(to_data(handle), JobHandle, "handle") == handle
    result = TrainingResult(
        state="Completed", evaluations=(Evaluation(step=1, metrics={"loss": 0.5, "matrix": [[1, 2]]}),)
    )
    assert from_data(to_data(result), TrainingResult, "result") == result


def test_unknown_keys_are_errors_that_name_their_path():
    with pytest.raises(
        InvalidInputError, match=r"unknown key 'cores' \(known: .*instance_type.*\) @ job\.toml\.resources"
    ):
        from_data(
            {"name": "j", "backend": "b", "entry_point": "e", "output_path": "o", "resources": {"cores": 2}},
            Job,
            "job.toml",
        )


def test_every_problem_is_listed():
    with pytest.raises(InvalidInputError) as caught:
        from_data({"name": 3, "backend": "b", "output_path": "o", "typo": 1}, Job, "job")
    message = str(caught.value)
    assert "expected str, got 3 @ job.name" in message
    assert "entry_point" in message
    assert "'typo'" in message


def test_scalars_are_taken_as_they_are():
    with pytest.raises(InvalidInputError, match=r"expected int, got '3'"):
        from_data({"instance_count": "3"}, Resources, "r")
    with pytest.raises(InvalidInputError, match=r"expected int, got True"):
        from_data({"instance_count": True}, Resources, "r")
    assert from_data({"max_run_seconds": 3}, Resources, "r").max_run_seconds == 3.0
