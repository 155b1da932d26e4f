"""Script loaders that break one law each."""

import contextlib
import copy
import sys
from contextlib import contextmanager

from fakes import Fakes

from smtf_core.errors import ScriptError
from smtf_core.interfaces import ScriptLoaderSpec, UserScript
from smtf_core.testing import ScriptLoaderConformance

FAKES = Fakes(ScriptLoaderConformance, "smtf_register_script_loaders", ScriptLoaderSpec)
FUNCTIONS = ("model_fn", "train_input_fn", "eval_input_fn")


@FAKES.right()
class Right:
    """Runs the file."""

    kind = "model_fn"
    scope = staticmethod(contextlib.nullcontext)

    @contextmanager
    def load(self, environment):
        path = environment.layout.code / environment.entry_point
        self.look(path)
        sys.path.insert(0, str(path.parent))
        try:
            namespace = self.run(path)
        finally:
            self.leave()
        self.check(namespace)
        yield UserScript(
            path=str(path),
            kind=self.kind,
            functions={name: namespace.get(name) for name in FUNCTIONS},
            hyperparameters=self.own(environment.hyperparameters),
            scope=self.scope,
        )

    def look(self, path):
        if not path.is_file():
            raise ScriptError(f"there is no {path}")

    def run(self, path):
        namespace = {}
        exec(compile(path.read_text(), str(path), "exec"), namespace)
        return namespace

    def leave(self):
        del sys.path[0]
        sys.modules.pop("helper", None)

    def check(self, namespace):
        for name in FUNCTIONS:
            if name not in namespace:
                raise ScriptError(f"{name} is missing")

    def own(self, hyperparameters):
        return copy.deepcopy(dict(hyperparameters))


@FAKES.breaks("test_a_script_that_keeps_the_contract_is_loaded")
class NamesAKindOfItsOwn(Right):
    kind = "function"


@FAKES.breaks("test_two_scripts_have_helpers_of_their_own")
class LeavesHelpers(Right):
    def leave(self):
        del sys.path[0]


@FAKES.breaks("test_the_scope_can_be_entered_again")
class EntersOnce(Right):
    inside = False

    @contextmanager
    def scope(self):
        if self.inside:
            raise RuntimeError("entered twice")
        self.inside = True
        yield
        self.inside = False


@FAKES.breaks("test_hyperparameters_are_the_scripts_own")
class CopiesTheOuterDict(Right):
    def own(self, hyperparameters):
        return dict(hyperparameters)


@FAKES.breaks("test_a_missing_script_is_said")
class LooksForNothing(Right):
    def look(self, path):
        pass


@FAKES.breaks("test_a_missing_function_is_said")
class ChecksNothing(Right):
    def check(self, namespace):
        pass


@FAKES.breaks("test_what_a_script_raises_passes_unchanged")
class Wraps(Right):
    def run(self, path):
        try:
            return super().run(path)
        except Exception as error:
            raise ScriptError("the script failed") from error


@FAKES.breaks("test_the_process_is_left_as_it_was")
class LeavesItsPath(Right):
    def leave(self):
        sys.modules.pop("helper", None)
        sys.path.append(sys.path.pop(0))
