"""The coordinator's rules, and what a line on the wire may be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtf_core.errors import InvalidInputError
from smtf_core.models.cluster import ClusterSettings
from smtf_core.runtime.cluster.coordinator import Coordinator
from smtf_core.runtime.cluster.messages import (
    Abort,
    Done,
    Failed,
    Finished,
    Ready,
    Restart,
    Start,
    Stop,
    StopRequested,
    Waiting,
    decode,
    encode,
)

HOSTS = ("a", "b", "c")


class Story:
    """A coordinator, and what it has sent to each host."""

    def __init__(self, **settings):
        self.sent = {host: [] for host in HOSTS}
        self.now = 0.0
        self.finished = False
        self.coordinator = Coordinator(
            HOSTS,
            ClusterSettings(**settings),
            lambda host, message: self.sent[host].append(message),
            lambda: self.finished,
            lambda: self.now,
        )

    def ready(self, *hosts, attempt=1):
        for host in hosts or HOSTS:
            self.coordinator.receive(host, Ready(attempt=attempt, listening={"trainer": f"{host}:1"}))

    def last(self, host="c"):
        return self.sent[host][-1] if self.sent[host] else None


def test_an_attempt_begins_when_all_are_there():
    story = Story()
    story.ready("a", "b")
    assert story.last() is None
    story.ready("c")
    assert story.last() == Start(attempt=1, listening={host: {"trainer": f"{host}:1"} for host in HOSTS})


def test_only_the_chief_ends_the_job():
    story = Story()
    story.ready()
    story.coordinator.receive("b", Finished(attempt=1))
    assert isinstance(story.last(), Start)
    story.coordinator.receive("a", Finished(attempt=1))
    assert story.last() == Done()
    story.coordinator.lost("b", "gone")  # as it should be by now
    story.ready("c")  # a late one is told
    assert story.sent["c"][-1] == Done()


def test_the_first_failure_is_the_cause():
    story = Story()
    story.ready()
    story.coordinator.receive("b", Failed(attempt=1, cause="no rows"))
    story.coordinator.receive("a", Failed(attempt=1, cause="b does not answer"))
    assert story.last("a") == Abort(host="b", cause="no rows")


def test_what_fails_because_the_chief_is_going_is_no_failure():
    story = Story()
    story.ready()
    story.finished = True
    story.coordinator.receive("b", Failed(attempt=1, cause="the chief does not answer"))
    story.coordinator.lost("c", "gone")
    story.coordinator.receive("a", Finished(attempt=1))
    assert story.last("b") == Done()


def test_restarts_are_counted_and_late_words_of_an_earlier_attempt_do_not_count():
    story = Story(on_host_failure="restart", max_restarts=1)
    story.ready()
    story.coordinator.lost("b", "killed")
    assert story.last() == Restart(attempt=2, host="b", cause="killed")
    story.coordinator.receive("a", Failed(attempt=1, cause="b does not answer"))
    assert story.last() == Restart(attempt=2, host="b", cause="killed")
    story.ready("a", "c", attempt=2)
    story.ready("b", attempt=1)  # a new supervisor knows of no earlier attempts
    assert isinstance(story.last(), Start)
    assert story.last().attempt == 2
    story.coordinator.lost("c", "killed")
    assert story.last("a") == Abort(host="c", cause="killed\nmax_restarts=1 is used up")


def test_a_new_coordinator_learns_the_attempt_from_the_hosts():
    story = Story(on_host_failure="restart", max_restarts=1)
    story.ready("a", attempt=1)
    story.ready("b", "c", attempt=2)
    assert story.last().attempt == 2
    over = Story(on_host_failure="restart", max_restarts=1)
    over.ready("a", attempt=1)
    over.ready("b", attempt=3)
    assert over.last() == Abort(host="a", cause="its supervisor was lost; max_restarts=1 is used up")


def test_nothing_is_tried_again_that_would_fail_again_or_that_was_asked_to_stop():
    story = Story(on_host_failure="restart")
    story.ready()
    story.coordinator.receive("b", Failed(attempt=1, cause="model_fn is missing", final=True))
    assert story.last() == Abort(host="b", cause="model_fn is missing")
    stopping = Story(on_host_failure="restart")
    stopping.ready()
    stopping.coordinator.receive("c", StopRequested(reason="spot"))
    assert stopping.last("a") == Stop(reason="spot")
    stopping.coordinator.lost("c", "gone")
    assert isinstance(stopping.last("a"), Abort)


def test_a_stop_before_the_beginning_is_the_end():
    story = Story()
    story.ready("a")
    story.coordinator.receive("a", StopRequested(reason="changed my mind"))
    assert story.last() == Done(stop_reason="changed my mind")


def test_who_is_missing_is_said_and_in_the_end_an_error():
    story = Story(rendezvous_timeout_secs=12)
    story.ready("b")
    for second in range(12):
        story.now = second
        story.coordinator.tick()
    assert story.sent["b"] == [Waiting(hosts=("a", "c"), seconds=seconds, limit=12) for seconds in (5, 10)]
    story.now = 12.5
    story.coordinator.tick()
    assert story.last().host == "a"
    assert "missing: a, c" in story.last().cause


@pytest.mark.parametrize(
    "message",
    [
        Ready(attempt=2, listening={"ps": "h:1"}),
        Start(attempt=1, listening={"a": {"ps": "h:1"}}),
        Abort(host="ü", cause="line\nline"),
        Waiting(hosts=("a",), seconds=5, limit=600),
        Done(),
    ],
)
def test_messages_survive_the_wire(message):
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message


@given(
    st.one_of(
        st.binary(max_size=50),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)).map(
            lambda value: json.dumps(value).encode()
        ),
        st.dictionaries(
            st.sampled_from(["kind", "attempt", "cause", "hosts", "x"]),
            st.sampled_from(["Ready", "Failed", "Beat", 1, None, [], {}]),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_anything_else_is_told_from_a_message(line):
    try:
        message = decode(line)
    except InvalidInputError:
        return
    assert decode(encode(message)) == message
