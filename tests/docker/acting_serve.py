#!/usr/local/bin/python3
"""`serve` of the tests' contract image: tells what it was given, or ends when ACT says so."""

# ruff: noqa: SIM115
import http.server
import json
import os
import signal
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        tree = [os.path.join(folder, name) for folder, _, names in os.walk("/opt/ml") for name in names]
        try:
            open("/opt/ml/model/new", "w")
            writable = True
        except OSError:
            writable = False
        self.answer(
            {
                "arguments": sys.argv,
                "environment": dict(os.environ),
                "tree": sorted(tree),
                "body": json.loads(body),
                "writable": writable,
            }
        )

    def answer(self, value):
        text = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if os.environ.get("ACT") == "fail":
    sys.exit("error: the model is bad")
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
http.server.HTTPServer(("", 8080), Handler).serve_forever()
