"""Threads that a TensorFlow 1 script starts behave as it does; those of others do not."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from smtf_core.models import FrameworkVersion
from smtf_core.runtime.logs import job_log
from smtf_core.runtime.script.views import Views
from smtf_core.runtime.tf1.behaviour import in_script, script_version, tensorflow_1_behaviour
from smtf_core.runtime.tf1.script_threads import thread_view

VERSION = FrameworkVersion.parse("1.8")


@pytest.fixture(scope="module")
def views():
    return Views({root: lambda root=root: thread_view(root) for root in ("threading", "concurrent", "multiprocessing")})


def seen(tf, found):
    """What a thread sees of TensorFlow 1: the release, graph mode, a graph of its own, and dimensions."""
    graph = tf.get_default_graph()
    found.append((script_version(), tf.executing_eagerly(), graph, tf.TensorShape([3])[0].value))


def by_thread(views, work):
    thread = views.import_("threading").Thread(target=work)
    thread.start()
    thread.join()


def by_subclass(views, work):
    class Worker(views.import_("threading").Thread):
        def run(self):
            work()

    worker = Worker()
    worker.start()
    worker.join()


def by_timer(views, work):
    timer = views.import_("threading").Timer(0, work)
    timer.start()
    timer.join()


def by_executor(views, work):
    with views.import_("concurrent.futures").futures.ThreadPoolExecutor(1) as executor:
        list(executor.map(lambda _: work(), [1]))


def by_pool(views, work):
    with views.import_("multiprocessing.pool").pool.ThreadPool(1) as pool:
        pool.map(lambda _: work(), [1])


def by_dummy_pool(views, work):
    with views.import_("multiprocessing.dummy", fromlist=("Pool",)).Pool(1) as pool:
        pool.apply(work)


@pytest.mark.parametrize("start", [by_thread, by_subclass, by_timer, by_executor, by_pool, by_dummy_pool])
def test_threads_of_a_script(tf, views, start):
    found = []
    with tensorflow_1_behaviour(VERSION):
        own = tf.get_default_graph()
        start(views, lambda: seen(tf, found))
    [(version, eager, graph, size)] = found
    assert (version, eager, size) == (VERSION, False, 3)
    assert graph is not own
    assert not in_script()


def test_threads_of_others(views):
    found = []
    with tensorflow_1_behaviour(VERSION):
        thread = threading.Thread(target=lambda: found.append(in_script()))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(1) as executor:
            found.append(executor.submit(in_script).result())
    by_thread(views, lambda: found.append(in_script()))
    assert found == [False, False, False]


def test_threads_of_a_script_write_to_its_log(views, tmp_path):
    with (
        job_log(tmp_path / "log.txt", "algo-1", logging.INFO, echo=False, quiet_notices=False),
        tensorflow_1_behaviour(VERSION),
    ):
        by_thread(views, lambda: logging.getLogger("tensorflow").warning("from a thread"))
    assert "from a thread" in (tmp_path / "log.txt").read_text()
