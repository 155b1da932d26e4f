"""A peer with `tensorflow_model_server`'s command line that has no model: it says that it has, and tells what it is sent."""

import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSIONS = {}
FLAGS = dict(flag.removeprefix("--").split("=", 1) for flag in sys.argv[1:])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.read_body()
        failing = os.environ.get("PEER_FAILS")
        status = {"error_code": "INTERNAL" if failing else "OK", "error_message": failing or ""}
        state = {"version": "3", "state": "END" if failing else "AVAILABLE", "status": status}
        if self.path.endswith("/metadata"):
            inputs = {"x": {"dtype": os.environ.get("PEER_TYPE", "DT_FLOAT")}}
            self.answer({"metadata": {"signature_def": {"signature_def": {"serving_default": {"inputs": inputs}}}}})
        else:
            told = {"flags": FLAGS, "process": os.getpid(), "environment": dict(os.environ), "versions": VERSIONS}
            self.answer({"model_version_status": [state], **told})

    def do_POST(self):
        body = self.read_body()
        if "end yourself" in body:
            os._exit(9)
        if "hang up" in body:
            self.close_connection = True
        else:
            self.answer({"path": self.path, "body": body, "type": self.headers["content-type"]})

    def read_body(self):
        return self.rfile.read(int(self.headers["content-length"] or 0)).decode("utf-8", "replace")

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    if os.environ.get("PEER_ENDS"):
        sys.exit("error: it does not like this machine")
    configuration = Path(FLAGS["model_config_file"]).read_text()
    names = re.findall(r'name: "(.*)"', configuration)
    for folder in map(Path, re.findall(r'base_path: "(.*)"', configuration)):
        VERSIONS[folder.name] = sorted(str(path.relative_to(folder)) for path in folder.glob("*/saved_model.pb"))
    print("peer: serving", *names, file=sys.stderr, flush=True)
    ThreadingHTTPServer(("127.0.0.1", int(FLAGS["rest_api_port"])), Handler).serve_forever()
