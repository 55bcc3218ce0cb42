"""An agent platform on loopback: serves its profile and receives order webhooks, which tests can wait for."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Platform:
    def __init__(self, failures=0, pause=0):
        """`pause`: seconds that each delivery waits for its answer."""
        self.deliveries = []
        self.failures = failures
        self.changed = threading.Condition()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(200, json.dumps(platform.profile()).encode())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with platform.changed:
                    status = 500 if len(platform.deliveries) < platform.failures else 200
                    platform.deliveries.append(Delivery(self.path, dict(self.headers), body, status))
                    platform.changed.notify_all()
                time.sleep(pause)
                self.answer(status, b"{}")

            def answer(self, status, body):
                with contextlib.suppress(ConnectionError):  # Whoever asked may have been killed.
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def profile(self):
        order = {"version": "2026-04-08", "config": {"webhook_url": f"{self.base}/webhooks/order"}}
        return {"ucp": {"version": "2026-04-08", "capabilities": {"dev.ucp.shopping.order": [order]}}}

    @property
    def agent(self):
        return f'profile="{self.base}/profiles/agent.json"'

    def wait_for(self, count, timeout=10):
        """The first `count` deliveries; fails when they do not come in time."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: len(self.deliveries) >= count, timeout
            ), f"{len(self.deliveries)} of {count} deliveries"
            return list(self.deliveries)

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Delivery:
    def __init__(self, path, headers, body, status):
        self.path = path
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body
        self.status = status

    @property
    def json(self):
        return json.loads(self.body)
