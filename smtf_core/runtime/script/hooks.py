"""Plugin ``scripts``: the script loaders that come with smtf, and the rule that chooses among all loaders."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.script_loader import ScriptLoaderSpec
from smtf_core.models.environment import TrainingEnvironment


@hookimpl
def smtf_register_script_loaders() -> list[ScriptLoaderSpec]:
    """Declare the loaders for scripts of TensorFlow 1.x and 2.x."""
    return [
        ScriptLoaderSpec(
            name="tensorflow-1",
            factory="smtf_core.runtime.script.loader:TensorFlow1Loader",
            summary="scripts for TensorFlow 1.x on today's TensorFlow",
        ),
        ScriptLoaderSpec(
            name="tensorflow-2",
            factory="smtf_core.runtime.script.loader:TensorFlow2Loader",
            summary="scripts for TensorFlow 2.x, tf.estimator restored",
        ),
    ]


@hookimpl(trylast=True)
def smtf_load_script(environment: TrainingEnvironment) -> str:
    """The loader that the job names, else the one for its framework generation."""
    return environment.script_loader or f"tensorflow-{environment.framework_version.generation}"
