"""Backends that break one law each. A job is a folder with a JSON file; it ends when it is asked the second time."""

import json
import os
from pathlib import Path

from fakes import Fakes

from smtf_core.errors import UnknownNameError
from smtf_core.interfaces import BackendSpec
from smtf_core.models import (
    Checkpoint,
    Evaluation,
    ExportedModel,
    Job,
    JobHandle,
    JobRecord,
    JobState,
    JobStatus,
    LogLine,
    TrainingResult,
)
from smtf_core.models.converter import from_data, to_data
from smtf_core.testing import BackendConformance
from smtf_core.testing.scripts import LINE_SIGNATURE


class Laws(BackendConformance):
    patience = 10.0

    def signature(self, saved_model):
        return json.loads((saved_model / "signature.json").read_text())


FAKES = Fakes(Laws, "smtf_register_backends", BackendSpec)
HOME = Path(os.environ["XDG_STATE_HOME"]) / "fake-backends"


@FAKES.right()
class Right:
    ends_at = 2  # the number of the question

    def __init__(self, plugins):
        self.memory = {}

    def submit(self, job):
        root = Path(job.output_path) / job.name
        root.mkdir(parents=True)
        (root / "job.json").write_text(json.dumps(to_data(job)))
        (root / "signature.json").write_text(json.dumps(self.exported()))
        HOME.mkdir(parents=True, exist_ok=True)
        (HOME / job.name).write_text(str(root))
        self.memory[job.name] = job
        handle = JobHandle(backend="fake", job_name=job.name, location=str(root))
        self.write(handle, {"state": "InProgress", "asked": 0, "message": "", "failure": None})
        return handle

    def exported(self):
        return LINE_SIGNATURE

    def read(self, handle):
        try:
            return json.loads((Path(handle.location) / "state.json").read_text())
        except FileNotFoundError:
            raise UnknownNameError(f"there is no job {handle.job_name}") from None

    def write(self, handle, state):
        (Path(handle.location) / "state.json").write_text(json.dumps(state))

    def describe(self, handle):
        return from_data(json.loads((Path(handle.location) / "job.json").read_text()), Job, "job")

    def status(self, handle):
        state = self.read(handle)
        state["asked"] += 1
        if state["state"] == "InProgress" and state["asked"] >= self.ends_at:
            job = self.describe(handle)
            if job.hyperparameters["failure"]:
                state |= {"state": "Failed", "failure": self.failure(job)}
            elif job.training_steps == 20:
                state |= {"state": "Completed"}
        self.write(handle, state)
        return JobStatus(state=JobState(state["state"]), message=state["message"], failure=state["failure"])

    def failure(self, job):
        return f"ValueError: {job.hyperparameters['failure']}"

    def logs(self, handle, follow=False):
        yield LogLine("algo-1", self.said(self.describe(handle)), 1.0)

    def said(self, job):
        files = sorted(os.listdir(job.channels[0].uri))
        return f"conformance: {job.environment['CONFORMANCE']} | {job.hyperparameters['flavour']} | {files}"

    def stop(self, handle, reason):
        state = self.read(handle)
        if not JobState(state["state"]).terminal:
            self.write(handle, state | {"state": "Stopped", "message": reason})

    def result(self, handle):
        state = self.read(handle)["state"]
        if state == "Stopped":
            return TrainingResult(state=state, checkpoint=Checkpoint(path="model.ckpt-3", step=3))
        if state == "Completed":
            return TrainingResult(
                state=state,
                global_step=20,
                evaluations=(Evaluation(step=20, metrics={"error": 0.5}),),
                exported=ExportedModel(path=handle.location, step=20),
            )
        return None

    def find(self, job_name):
        if not (HOME / job_name).exists():
            raise UnknownNameError(job_name)
        return JobHandle(backend="fake", job_name=job_name, location=(HOME / job_name).read_text())

    def jobs(self, newest):
        handles = [self.find(path.name) for path in HOME.iterdir()]
        return tuple(
            JobRecord(handle=handle, state=JobState(self.read(handle)["state"]), created=0.0)
            for handle in handles[:newest]
        )

    def clean(self):
        return ()


@FAKES.breaks("test_a_job_completes")
class SkipsTheEvaluation(Right):
    def result(self, handle):
        found = super().result(handle)
        if found is None or found.state == "Stopped":
            return found
        return TrainingResult(state=found.state, global_step=20, exported=found.exported)


@FAKES.breaks("test_submit_does_not_wait")
class ReportsTooEarly(Right):
    """Says of a job that it has ended, when it is asked for the first time."""

    def status(self, handle):
        found = super().status(handle)
        first = self.read(handle)["asked"] == 1
        return JobStatus(state=JobState.STOPPED) if first and handle.job_name.startswith("stops") else found


@FAKES.breaks("test_what_the_job_says_reaches_the_script")
class LosesTypes(Right):
    def said(self, job):
        return super().said(job).replace("2.5", "'2.5'")


@FAKES.breaks("test_the_log_is_told_from_its_beginning_each_time")
class TellsOnce(Right):
    def logs(self, handle, follow=False):
        return iter(()) if follow else super().logs(handle)


@FAKES.breaks("test_the_same_script_gives_the_same_signature")
class RenamesOutputs(Right):
    def exported(self):
        return json.loads(json.dumps(LINE_SIGNATURE).replace('"y"', '"output_0"'))


@FAKES.breaks("test_a_failing_script_fails_the_job_with_its_message")
class SaysOnlyThatItFailed(Right):
    def failure(self, job):
        return "exit status 1"


@FAKES.breaks("test_a_stopped_job_has_saved_and_says_why")
class ForgetsTheReason(Right):
    def stop(self, handle, reason):
        super().stop(handle, "")


@FAKES.breaks("test_a_terminal_status_is_stable")
class ChangesItsMind(Right):
    """A stopped job is said to be stopped twice, then otherwise."""

    seen = 0

    def status(self, handle):
        found = super().status(handle)
        if found.state is JobState.STOPPED:
            self.seen += 1
            if self.seen == 3:
                return JobStatus(state=JobState.COMPLETED)
        return found


@FAKES.breaks("test_stopping_a_job_that_has_ended_changes_nothing")
class StopsTheDead(Right):
    def stop(self, handle, reason):
        state = self.read(handle)
        if state["state"] == "Failed":
            self.write(handle, state | {"message": reason})
        super().stop(handle, reason)


@FAKES.breaks("test_a_handle_survives_serialisation")
class KnowsHandlesByIdentity(Right):
    def submit(self, job):
        self.memory[job.name] = handle = super().submit(job)
        return handle

    def result(self, handle):
        known = self.memory.get(handle.job_name)
        return None if known is not None and known is not handle else super().result(handle)

    def find(self, job_name):
        return self.memory.get(job_name) or super().find(job_name)


@FAKES.breaks("test_a_handle_survives_another_process")
class RemembersInThisProcess(Right):
    def result(self, handle):
        return super().result(handle) if handle.job_name in self.memory else None


@FAKES.breaks("test_an_unknown_job_is_said")
class InventsJobs(Right):
    def read(self, handle):
        if not Path(handle.location).exists():
            return {"state": "Completed", "asked": 5, "message": "", "failure": None}
        return super().read(handle)

    def write(self, handle, state):
        if Path(handle.location).exists():
            super().write(handle, state)


@FAKES.breaks("test_a_job_is_found_by_its_name")
class ListsNothing(Right):
    def jobs(self, newest):
        return ()
