"""Hooks keep their promises to plugins that are out there; what is to go is announced, and stays until then."""

from __future__ import annotations

import pytest
from generators.hooks import Hook, pages, read_hook, read_hooks
from generators.promises import Record, broken_promises, grown, recorded

from smtf_core import __version__
from smtf_core.deprecation import Deprecation
from smtf_core.hookspecs import hookspec

LEAVING = Deprecation(since="1.2", removal="2.0", instead="implement smtf_after_job")
LATER = Deprecation(since="1.2", removal="3.0", instead="implement smtf_after_job")
DOCSTRING = """Observe something.

Runs in: client.

Called when: it is over.

Errors: none.

Example::

    pass
"""
PROMISED = Record(arguments={"smtf_on_end": ["handle", "path"]}, removals={})
ANNOUNCED = Record(arguments=PROMISED.arguments, removals={"smtf_on_end": "2.0"})
ARGUMENT_ANNOUNCED = Record(arguments=PROMISED.arguments, removals={"smtf_on_end(path)": "2.0"})


def hook(function=lambda handle, path: None, **options) -> Hook:
    function.__doc__ = DOCSTRING
    return read_hook("smtf_on_end", hookspec(**options)(function), room="a room")


def shorter(**options) -> Hook:
    return hook(lambda handle: None, **options)


def test_the_hooks_keep_what_was_promised():
    assert broken_promises(recorded(), read_hooks(), __version__) == []


def test_the_record_knows_every_hook():
    assert recorded().arguments.keys() == {hook.name for hook in read_hooks()}


@pytest.mark.parametrize(
    ("record", "hooks", "version"),
    [
        pytest.param(PROMISED, [hook()], "1.2", id="as promised"),
        pytest.param(PROMISED, [hook(lambda handle, path, more: None)], "1.2", id="a new argument at the end"),
        pytest.param(PROMISED, [hook(warn_on_impl=LEAVING)], "1.2", id="deprecated, and there"),
        pytest.param(ANNOUNCED, [hook(warn_on_impl=LATER)], "2.1", id="postponed"),
        pytest.param(ANNOUNCED, [hook()], "2.1", id="deprecated no longer"),
        pytest.param(ANNOUNCED, [], "2.0.0.dev1", id="gone when its time has come"),
        pytest.param(ANNOUNCED, [], "2.3.1", id="gone later"),
        pytest.param(ARGUMENT_ANNOUNCED, [shorter()], "2.0", id="an argument gone when its time has come"),
    ],
)
def test_what_keeps_a_promise(record, hooks, version):
    assert broken_promises(record, hooks, version) == []


@pytest.mark.parametrize(
    ("record", "hooks", "version", "fault"),
    [
        pytest.param(PROMISED, [], "2.0", "smtf_on_end is gone before its time", id="never announced"),
        pytest.param(ANNOUNCED, [], "1.9", "smtf_on_end is gone before its time", id="announced for later"),
        pytest.param(PROMISED, [shorter()], "2.0", r"must begin with \['handle', 'path'\]", id="argument gone"),
        pytest.param(ARGUMENT_ANNOUNCED, [shorter()], "1.9", "must begin with", id="argument gone too early"),
        pytest.param(ARGUMENT_ANNOUNCED, [], "2.0", "smtf_on_end is gone", id="an argument's end is not the hook's"),
        pytest.param(ANNOUNCED, [shorter(warn_on_impl=LEAVING)], "1.9", "must begin with", id="nor the hook's its"),
        pytest.param(PROMISED, [hook(lambda path, handle: None)], "1.2", "must begin with", id="moved"),
        pytest.param(
            PROMISED, [hook(lambda new, handle, path: None)], "1.2", "must begin with", id="not added at the end"
        ),
        pytest.param(ANNOUNCED, [hook(warn_on_impl=LEAVING)], "2.0", "was to go with 2.0, and this is", id="overdue"),
        pytest.param(
            Record(arguments=PROMISED.arguments, removals={"smtf_on_end": "3.0"}),
            [hook(warn_on_impl=LEAVING)],
            "1.9",
            "announced to go with 3.0, not already with 2.0",
            id="earlier than announced",
        ),
        pytest.param(
            PROMISED, [hook(warn_on_impl_args={"hadnle": LEAVING})], "1.2", r"\(hadnle\) .*no such", id="misspelt"
        ),
    ],
)
def test_what_breaks_a_promise(record, hooks, version, fault):
    with pytest.raises(AssertionError, match=fault):
        assert not (faults := broken_promises(record, hooks, version)), faults


def test_the_record_grows_by_what_is_new():
    longer = hook(lambda handle, path, more: None, warn_on_impl_args={"path": LEAVING})
    assert grown(PROMISED, [longer], "1.2") == Record(
        arguments={"smtf_on_end": ["handle", "path", "more"]}, removals={"smtf_on_end(path)": "2.0"}
    )
    assert grown(Record(arguments={}, removals={}), [longer], "1.2").arguments == {
        "smtf_on_end": ["handle", "path", "more"]
    }


@pytest.mark.parametrize("record", [PROMISED, ANNOUNCED, ARGUMENT_ANNOUNCED])
@pytest.mark.parametrize("hooks", [[], [shorter()], [hook(lambda path, handle: None)]])
def test_the_record_forgets_nothing_before_its_time(record, hooks):
    again = grown(record, hooks, "1.9")
    assert again.arguments == record.arguments
    assert bool(broken_promises(again, hooks, "1.9")) == bool(broken_promises(record, hooks, "1.9")) is True


def test_the_record_forgets_what_was_due_and_is_gone():
    assert grown(ANNOUNCED, [], "2.0") == Record(arguments={}, removals={})
    assert grown(ARGUMENT_ANNOUNCED, [shorter()], "2.0") == Record(arguments={"smtf_on_end": ["handle"]}, removals={})


def test_the_record_forgets_an_announcement_that_was_withdrawn_and_none_that_is_moved_forward():
    assert grown(ANNOUNCED, [hook()], "1.9") == PROMISED
    later = Record(arguments=PROMISED.arguments, removals={"smtf_on_end": "3.0"})
    assert grown(later, [hook(warn_on_impl=LEAVING)], "1.9") == later


def test_the_pages_say_what_is_deprecated(monkeypatch):
    leaving = hook(warn_on_impl=LEAVING, warn_on_impl_args={"path": LATER})
    monkeypatch.setattr("generators.hooks.read_hooks", lambda: [leaving])
    made = pages()
    assert "| client | Deprecated. Observe something. |" in made["hooks.md"]
    text = "is deprecated since smtf 1.2, goes with smtf {}; implement smtf_after_job instead.**"
    page = made["hooks/observers.md" if leaving.family == "observer" else "hooks/decisions.md"]
    assert f"**This hook {text.format('2.0')}" in page
    assert f"**Argument `path` {text.format('3.0')}" in page
