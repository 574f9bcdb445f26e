"""A local server that answers as the World Bank's API does, or goes wrong in a chosen way."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

YEARS = range(1999, 2004)
UPDATED = "2026-10-15"


def value_of(series: str, economy: str, year: int) -> float | None:
    """A figure made from its own key; the last year is not out yet."""
    return None if year == YEARS[-1] else len(series) + ord(economy[0]) / 100 + year / 1e4


class Handler(BaseHTTPRequestHandler):
    """Answers two addresses: the database and the figures, page by page."""

    def do_GET(self):
        address = urlparse(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        fault = self.server.fault
        if fault == "slow":
            time.sleep(2)
        if fault == "refused":
            return self._send(503, {})
        if fault == "not json":
            return self._send(200, "<wb:error>", raw=True)
        if address.path.endswith("/sources/2"):
            if fault == "schema":
                return self._send(200, [{"total": 1, "per_page": 1}, [{"id": "2"}]])
            return self._send(
                200, [{"page": 1, "per_page": 1, "total": 1}, [{"id": "2", "lastupdated": UPDATED}]]
            )
        series, economies = re.search(
            r"/series/([^/]+)/country/([^/]+)/time/all", address.path
        ).groups()
        rows = [
            {
                "variable": [
                    {"concept": "Country", "id": economy, "value": economy},
                    {"concept": "Series", "id": code, "value": code},
                    {"concept": "Time", "id": f"YR{year}", "value": str(year)},
                ],
                "value": value_of(code, economy, year),
            }
            for code in series.split(";")
            for economy in economies.split(";")
            for year in YEARS
        ]
        size, page = int(query["per_page"]), int(query["page"])
        shown = rows[(page - 1) * size : page * size]
        if fault == "partial" and page == 2:
            shown = shown[: len(shown) // 2]
        head = {"page": page, "per_page": size, "total": len(rows)}
        return self._send(200, head | {"source": {"data": shown}})

    def _send(self, status, content, *, raw=False):
        body = content.encode() if raw else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            return  # the client has given up, as it should in the slow case

    def log_message(self, *_):
        """Say nothing."""


def serve(fault: str = "") -> ThreadingHTTPServer:
    """Start a server on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.fault = fault
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
