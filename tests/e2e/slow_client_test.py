"""Slow and greedy clients against a real kassad over HTTPS: each is let go in time, and everybody else is served."""

import select
import socket
import ssl
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

PROFILE = b"GET /.well-known/ucp HTTP/1.1\r\nHost: shop\r\n\r\n"
CREATE = b"POST /ucp/v1/checkout-sessions HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
PATIENCE = 15  # Seconds until a test gives up on what should have happened.


class Wire:
    """One raw TLS connection."""

    def __init__(self, url):
        host, port = url.split("//")[1].split(":")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # The development certificate is self-signed.
        plain = socket.create_connection((host, int(port)), timeout=PATIENCE)
        try:
            self.tls = context.wrap_socket(plain, suppress_ragged_eofs=True)
        except BaseException:
            plain.close()
            raise
        self.received = b""
        self.ended = False

    def send(self, data):
        self.tls.sendall(data)

    def has_input(self, seconds):
        """Waits for bytes of an answer, or the end. What TLS sends for itself (tickets) is neither."""
        deadline = time.monotonic() + seconds
        while not self.received and not self.ended:
            left = deadline - time.monotonic()
            if left <= 0 or not (self.tls.pending() or select.select([self.tls], [], [], left)[0]):
                return False
            self.tls.setblocking(False)
            self.take()
            self.tls.settimeout(PATIENCE)
        return True

    def take(self):
        try:
            chunk = self.tls.recv(65536)
            self.received += chunk
            self.ended = not chunk
        except ssl.SSLWantReadError:
            pass
        except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
            self.ended = True  # A reset counts as an end.

    def read_to_end(self):
        """Everything until the server closes."""
        while not self.ended:
            self.take()
        return self.received

    def trickle(self, data, pause):
        """Sends a byte at a time until the server says something; returns how long that took."""
        began = time.monotonic()
        for byte in data:
            try:
                self.send(bytes([byte]))
            except OSError:
                break
            if self.has_input(pause):
                break
        return time.monotonic() - began

    def close(self):
        self.tls.close()


class SlowClients(unittest.TestCase):
    def serve(self, *flags):
        self.server = kassa.Server().start(*flags, tls=True)
        self.addCleanup(self.server.close)

    def wire(self):
        wire = Wire(self.server.ready["https"])
        self.addCleanup(wire.close)
        return wire

    def assert_serves(self):
        client = self.server.client("https")
        self.addCleanup(client.connection.close)
        self.assertEqual(client.call("GET", "/readyz").status, 200)
        self.assertTrue(self.server.alive)

    def assert_timed_out(self, received):
        self.assertTrue(received.startswith(b"HTTP/1.1 408"), received[:80])
        self.assertEqual(received.count(b"HTTP/1.1 "), 1)
        self.assertIn(b'"code":"', received)

    def test_a_head_that_trickles_in_is_answered_408_in_the_configured_time(self):
        self.serve("--header-seconds", "1")
        slow = self.wire()
        took = slow.trickle(b"GET /healthz HTTP/1.1\r\nHost: shop\r\nX-Slow: " + b"a" * 500, 0.1)
        self.assert_timed_out(slow.read_to_end())
        # Bytes that keep coming do not wind the clock up again.
        self.assertGreater(took, 0.8)
        self.assertLess(took, 5)
        self.assert_serves()

    def test_a_body_that_trickles_in_is_answered_408_in_the_configured_time(self):
        self.serve("--body-seconds", "1")
        slow = self.wire()
        slow.send(CREATE + b"Content-Length: 5000\r\n\r\n")
        took = slow.trickle(b'{"x":"' + b"a" * 500, 0.1)
        self.assert_timed_out(slow.read_to_end())
        self.assertGreater(took, 0.8)
        self.assertLess(took, 5)
        self.assert_serves()

    def test_a_chunked_body_has_no_more_time(self):
        self.serve("--body-seconds", "1")
        slow = self.wire()
        slow.send(CREATE + b"Transfer-Encoding: chunked\r\n\r\n")
        slow.trickle(b"1\r\na\r\n" * 100, 0.1)
        self.assert_timed_out(slow.read_to_end())
        self.assert_serves()

    def test_many_slow_heads_do_not_keep_anybody_waiting(self):
        self.serve("--header-seconds", "2")
        slow = [self.wire() for _ in range(50)]
        for wire in slow:
            wire.send(b"GET /healthz HTTP/1.1\r\n")
        began = time.monotonic()
        self.assert_serves()
        self.assertLess(time.monotonic() - began, 1)
        for wire in slow:
            self.assert_timed_out(wire.read_to_end())

    def test_an_idle_connection_is_closed_without_a_word(self):
        self.serve("--idle-seconds", "1")
        silent, rested = self.wire(), self.wire()
        rested.send(PROFILE)
        self.assertTrue(rested.has_input(PATIENCE))
        self.assertEqual(silent.read_to_end(), b"")
        answers = rested.read_to_end()
        self.assertTrue(answers.startswith(b"HTTP/1.1 200"), answers[:80])
        self.assertEqual(answers.count(b"HTTP/1.1 "), 1)
        self.assert_serves()

    def test_fifty_pipelined_requests_are_answered_in_order(self):
        self.serve()
        wire = self.wire()
        requests = b""
        for i in range(50):
            path = b"/healthz" if i % 2 == 0 else b"/no-such-route"
            last = b"Connection: close\r\n" if i == 49 else b""
            requests += b"GET %s HTTP/1.1\r\nHost: shop\r\nRequest-Id: n-%03d\r\n%s\r\n" % (path, i, last)
        wire.send(requests)
        answers = wire.read_to_end().split(b"HTTP/1.1 ")[1:]
        self.assertEqual(len(answers), 50)
        for i, answer in enumerate(answers):
            self.assertTrue(answer.startswith(b"200" if i % 2 == 0 else b"404"), (i, answer[:40]))
            self.assertIn(b"n-%03d" % i, answer)

    def test_pipelined_requests_with_bodies_keep_their_boundaries_and_routes(self):
        self.serve()
        wire = self.wire()
        requests = b""
        for i in range(10):
            requests += CREATE + b"Request-Id: n-%03d\r\nContent-Length: 2\r\n\r\n{}" % i
            requests += b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n"
        wire.send(requests + b"GET /healthz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        answers = wire.read_to_end().split(b"HTTP/1.1 ")[1:]
        self.assertEqual([answer[:3] for answer in answers], [b"400", b"200"] * 10 + [b"200"])


class Crowds(unittest.TestCase):
    """More connections than there may be."""

    def serve(self, *flags):
        self.server = kassa.Server().start(*flags, tls=True)
        self.addCleanup(self.server.close)

    def busy_wire(self):
        """A connection in the middle of a head: nobody may close it for being idle."""
        wire = Wire(self.server.ready["https"])
        self.addCleanup(wire.close)
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: shop\r\n")
        return wire

    def answered(self, wire):
        wire.send(b"\r\n")
        return wire.has_input(PATIENCE) and wire.received.startswith(b"HTTP/1.1 200")

    def refused(self):
        """Opens one more connection and sees it closed."""
        try:
            late = Wire(self.server.ready["https"])
        except OSError:
            return True
        self.addCleanup(late.close)
        return late.read_to_end() == b""

    def settle(self, wires):
        # An answer on another connection is no proof that these were let in; the metric is.
        deadline = time.monotonic() + PATIENCE
        while self.gauge() < wires and time.monotonic() < deadline:
            threading.Event().wait(0.02)

    def gauge(self):
        admin = kassa.Client(self.server.ready["admin"])
        text = admin.call("GET", "/metrics").bytes.decode()
        admin.connection.close()
        port = self.server.ready["https"].rsplit(":", 1)[1]
        rows = [line for line in text.splitlines() if line.startswith(f'kassa_http_connections{{label="{port}"}}')]
        return int(float(rows[0].split()[-1])) if rows else 0

    def test_above_the_limit_of_an_address_the_newest_is_closed_and_the_others_stay(self):
        self.serve("--connections-per-address-max", "6")
        wires = [self.busy_wire() for _ in range(6)]
        self.settle(6)
        self.assertTrue(self.refused())
        self.assertEqual([self.answered(wire) for wire in wires], [True] * 6)
        wires[0].close()
        self.wait_for_room()
        metrics = kassa.Client(self.server.ready["admin"])
        self.addCleanup(metrics.connection.close)
        self.assertIn(
            'http_connections_refused_total{label="per_address"}', metrics.call("GET", "/metrics").bytes.decode()
        )

    def test_above_the_limit_of_the_listener_the_idle_make_room_and_the_busy_stay(self):
        self.serve("--connections-max", "6", "--threads", "1")
        busy = [self.busy_wire() for _ in range(5)]
        idle = Wire(self.server.ready["https"])
        self.addCleanup(idle.close)
        idle.send(b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n")
        self.assertTrue(idle.has_input(PATIENCE))
        self.settle(6)
        newest = self.busy_wire()
        self.assertTrue(idle.read_to_end().startswith(b"HTTP/1.1 200"))  # And then its end.
        self.assertTrue(self.answered(newest))
        self.assertEqual([self.answered(wire) for wire in busy], [True] * 5)
        self.assertTrue(self.server.alive)

    def wait_for_room(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            client = self.server.client("https")
            try:
                self.assertEqual(client.call("GET", "/readyz").status, 200)
                return
            except OSError:
                continue  # The server has not seen the close yet.
            finally:
                client.connection.close()
        self.fail("no connection was let in again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
