"""A local server that answers as OSV's v1/query does, or goes wrong in a chosen way."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOUND = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-0001"],
    "summary": "Made up.",
    "schema_version": "1.7.0",
    "affected": [
        {
            "package": {"name": "two", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}],
        }
    ],
}


class Handler(BaseHTTPRequestHandler):
    """Knows one vulnerability of version 2.0 of the package `two`, unless it knows none."""

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = question["package"]["name"]
        self.server.asked.append((name, question["version"]))
        known = name == "two" and self.server.mode == "found"
        answer = json.dumps({"vulns": [FOUND]} if known else {})
        # the first question only shows that somebody is there
        broken = self.server.mode == "bad answer" and len(self.server.asked) > 1
        self.send_response(503 if self.server.mode == "refused" else 200)
        self.end_headers()
        self.wfile.write(b"<html>" if broken else answer.encode())

    def log_message(self, *_):
        pass


@contextmanager
def database(mode):
    """The server and its address, while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.mode, server.asked = mode, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
