"""The page of `smtf serve --ui`: its files without a browser, and the page itself in a real one."""

import json
import os
import re
import shutil

import pytest
from transport import Echo, ask, serving

from smtf_core.interfaces import Deployment
from smtf_serving.adapters.python.adapter import PythonAdapter
from smtf_serving.ui.latencies import BOUNDS, Latencies

BROWSERS = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
EXECUTABLE = next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="module")
def port(server):
    # The models are those that other tests have loaded: they stay when this server ends.
    class Kept(type(server)):
        def __init__(self):
            self.__dict__.update(server.__dict__)
            self.go = Echo().go

        def close(self):
            pass

    with serving(Kept(), ui=True) as (_, listening):
        yield listening


@pytest.mark.parametrize(
    ("path", "status", "media"),
    [
        ("/ui", 308, None),
        ("/ui/", 200, "text/html; charset=utf-8"),
        ("/ui/page.js", 200, "text/javascript; charset=utf-8"),
        ("/ui/page.css", 200, "text/css; charset=utf-8"),
        ("/ui/calls", 200, "application/json"),
        ("/ui/latencies", 200, "application/json"),
        ("/ui/../../etc/passwd", 404, "application/json"),
    ],
)
def test_files(port, path, status, media):
    got, body, headers = ask(port, "GET", path)
    assert got == status
    if media is not None:
        assert headers["content-type"] == media
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert re.search(rb"(src|href|url)\s*[=(]\s*['\"]?(https?:)?//", body) is None


def test_nothing_is_changed_by_way_of_the_page(port):
    assert ask(port, "POST", "/ui/calls", b"{}")[0] == 405


def test_there_is_no_page_unless_asked_for():
    with serving(Echo()) as (_, port):
        assert ask(port, "GET", "/ui/")[1] == b"/ui/"  # the adapter's


def test_the_page_of_an_adapter_that_tells_nothing_and_while_models_are_loaded():
    model = Echo()

    def load(port):
        model.go.wait(20)
        return model

    with serving(model, load, ui=True) as (_, port):
        assert ask(port, "GET", "/ui/calls")[0] == 503
        assert ask(port, "GET", "/ui/")[0] == 200
        model.go.set()
        while ask(port, "GET", "/ready")[0] != 200:
            pass
        assert ask(port, "GET", "/ui/calls")[:2] == (200, b'{"calls": []}')


def test_every_example_can_be_sent_as_it_is(server):
    calls = server.calls()
    assert {(call.model, call.signature, call.method) for call in calls} >= {
        ("example", "regression", "regress"),
        ("example", "serving_default", "classify"),
        ("example", "text", "predict"),
        ("number", "serving_default", "regress"),
        ("two", "serving_default", "predict"),
        ("kinds", "string", "predict"),
    }
    for call in calls:
        reply = server.invoke(call.example)
        assert reply.status == 200, (call, reply.body)
    (two,) = [call for call in calls if call.model == "two"]
    assert [(one.name, one.dtype, one.shape) for one in two.inputs] == [
        ("a", "float32", (None, 2)),
        ("b", "int64", (None,)),
    ]
    assert [(one.name, one.dtype) for one in two.outputs] == [("next", "int64"), ("sum", "float32")]


@pytest.mark.parametrize("name", ["two", "example", "number"])
def test_every_example_of_a_python_endpoint(models, name):
    loaded = PythonAdapter().load(Deployment(path=str(models / name)))
    (call,) = loaded.calls()
    assert call.example.path == "/invocations"
    assert loaded.invoke(call.example).status == 200
    loaded.close()


def test_latencies():
    latencies = Latencies()
    latencies.observe("/a", 200, BOUNDS[3] / 1000)
    latencies.observe("/a", 400, 1e9)
    for number in range(100):
        latencies.observe(f"/{number}", 404, 0)
    data = latencies.to_data()
    (one,) = [path for path in data["paths"] if path["path"] == "/a"]
    assert one["statuses"] == {200: 1, 400: 1}
    assert (one["buckets"][3], one["buckets"][-1], len(one["buckets"])) == (1, 1, len(data["bounds"]) + 1)
    assert len(data["paths"]) == 51
    assert sum(sum(path["buckets"]) for path in data["paths"]) == 102


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if EXECUTABLE is None:
        pytest.skip(f"needs one of {', '.join(BROWSERS)}")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=EXECUTABLE, args=arguments)
        yield started
        started.close()


@pytest.fixture
def page(browser, port):
    opened = browser.new_page()
    wrong = []
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    outside = []
    opened.on("request", lambda request: outside.append(request.url))
    opened.goto(f"http://127.0.0.1:{port}/ui")
    opened.get_by_role("button", name="Send").wait_for()
    yield opened
    opened.close()
    # Chromium reports replies with an error status, which these tests provoke.
    assert [text for text in wrong if "Failed to load resource" not in text] == []
    assert all(url.startswith(f"http://127.0.0.1:{port}/") for url in outside)


def choose(page, name):
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.slow
def test_signatures_are_shown_and_a_form_asks_the_model(page):
    choose(page, "two · serving_default")
    assert page.locator("#call-title").inner_text() == "two, version 1: serving_default (predict)"
    assert page.locator("#tensors td").all_inner_texts() == [
        *("a", "float32", "[?, 2]", "b", "int64", "[?]"),
        *("next", "int64", "[?]", "sum", "float32", "[?]"),
    ]
    page.get_by_label("Body").fill('{"instances": [{"a": [1, 2], "b": 5}]}')
    page.get_by_role("button", name="Send").click()
    page.locator("#reply .good").wait_for()
    assert page.locator("#reply .good").inner_text().startswith("200 OK, ")
    assert json.loads(page.locator("#reply pre").inner_text()) == {"predictions": [{"next": 6, "sum": 3.0}]}


@pytest.mark.slow
def test_made_up_values_errors_and_numbers_as_they_came(page):
    choose(page, "ref · serving_default")
    page.get_by_label("Body").fill('{"instances": [[1, "<b>two</b>"]]}')
    page.get_by_role("button", name="Send").click()
    page.locator("#reply .bad").wait_for()
    assert page.locator("#reply .bad").inner_text().startswith("400 Bad Request, ")
    assert "<b>two</b>" in page.locator("#reply pre").inner_text()
    page.get_by_role("button", name="Made-up values").click()
    assert "two" not in page.get_by_label("Body").input_value()
    page.get_by_label("Body").fill('{"instances": [[1, 2]]}')
    page.get_by_role("button", name="Send").click()
    page.locator("#reply .good").wait_for()
    assert page.locator("#reply pre").inner_text() == '{"predictions":[6.0]}'


@pytest.mark.slow
def test_histograms_of_what_was_asked(page, port):
    body = b'{"instances": [[1, 2]]}'
    for _ in range(20):
        ask(port, path="/v1/models/resource:predict", body=body)
    ask(port, path="/v1/models/resource:predict", body=b"{}")
    figure = page.locator("figure", has=page.get_by_text("/v1/models/resource:predict", exact=True))
    figure.wait_for()
    assert "21 requests (200: 20, 400: 1)" in figure.inner_text()
    counted = figure.locator("rect title").all_text_contents()
    assert sum(int(text.split()[0]) for text in counted) == 21
    assert re.search(r"half ≤ [\d.]+ (µs|ms|s)", figure.inner_text())


@pytest.mark.slow
def test_the_page_fetches_nothing_and_runs_nothing_of_others(browser, port):
    """What the policy is for, tried: a picture and a script from elsewhere, and markup with a handler."""
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{port}/ui/")
    seen = page.evaluate(
        """async () => {
            const violations = [];
            document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
            document.body.append(Object.assign(new Image(), {src: "http://127.0.0.2/x.png"}));
            document.body.append(Object.assign(document.createElement("script"), {src: "http://127.0.0.2/x.js"}));
            document.body.insertAdjacentHTML("beforeend", '<button id="trap" onclick="window.trapped = 1"></button>');
            document.getElementById("trap").click();
            await new Promise((done) => setTimeout(done, 300));
            return [violations.sort(), window.trapped === undefined];
        }"""
    )
    page.close()
    assert seen == [["img-src", "script-src-attr", "script-src-elem"], True]
