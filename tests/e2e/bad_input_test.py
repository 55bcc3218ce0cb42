"""Hostile and broken requests: a clear error each, nothing lost, the process alive."""

import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
CREATE = "/ucp/v1/checkout-sessions"


def with_line(**line):
    return {"line_items": [{"item": {"id": ITEM}, "quantity": 1, **line}]}


# name, raw bytes or JSON value, expected status
BODIES = [
    ("not JSON", b"{", 400),
    ("empty", b"", 400),
    ("not an object", b"[]", 400),
    ("trailing bytes", b'{"line_items":[]} x', 400),
    ("duplicate member", b'{"line_items":[],"line_items":[]}', 400),
    ("too deep", b'{"x":' * 40 + b"1" + b"}" * 40, 400),
    ("a million members", b"{" + b",".join(b'"%d":1' % i for i in range(6000)) + b"}", 400),
    ("NUL byte in text", b'{"buyer":{"first_name":"a\\u0000b"},"line_items":[]}', 400),
    ("raw NUL", b'{"line_items":[]}\0', 400),
    ("not UTF-8", b'{"buyer":{"first_name":"\xff\xfe"}}', 400),
    ("lone surrogate", b'{"buyer":{"first_name":"\\ud800"}}', 400),
    ("number beyond double", b'{"line_items":[{"item":{"id":"x"},"quantity":1e400}]}', 400),
    ("oversize", b'{"x":"' + b"y" * 70_000 + b'"}', 413),
    ("fractional quantity", with_line(quantity=1.5), 400),
    ("unknown currency", {**with_line(), "context": {"currency": "ZZZ"}}, 400),
    ("quantity as text", with_line(quantity="2"), 400),
    ("zero quantity", with_line(quantity=0), 400),
    ("negative quantity", with_line(quantity=-1), 400),
    ("absurd quantity", with_line(quantity=10**15), 400),
    ("line without item", {"line_items": [{"quantity": 1}]}, 400),
    ("lines as object", {"line_items": {"item": {"id": ITEM}}}, 400),
    ("too many lines", {"line_items": [{"item": {"id": ITEM}, "quantity": 1}] * 300}, 400),
    ("repeated line ids", {"line_items": [{"id": "a", "item": {"id": ITEM}, "quantity": 1}] * 2}, 400),
    ("card number in a name", {**with_line(), "buyer": {"first_name": "4242 4242 4242 4242"}}, 400),
    ("codes that are no list", {**with_line(), "discounts": {"codes": "SAVE"}}, 400),
]


class BadInput(kassa.OneServer):
    def tearDown(self):
        self.assertTrue(self.server.alive)

    def test_each_bad_body_gets_a_clear_error(self):
        for name, body, status in BODIES:
            with self.subTest(name):
                client = self.server.client()
                reply = client.call("POST", CREATE, body)
                client.connection.close()
                self.assertEqual(reply.status, status, reply.bytes[:300])
                self.assertTrue(reply.json["code"], reply.bytes)
                self.assertTrue(reply.json["content"], reply.bytes)

    def test_a_currency_that_the_store_does_not_sell_in_is_answered_in_its_own(self):
        reply = self.client.call("POST", CREATE, {**with_line(), "context": {"currency": "CHF"}})
        self.assertEqual((reply.status, reply.json["currency"]), (201, "USD"))

    def test_unknown_and_response_only_members_are_ignored(self):
        reply = self.client.call(
            "POST",
            CREATE,
            {
                **with_line(),
                "id": "mine",
                "status": "completed",
                "totals": [{"type": "total", "amount": 1}],
                "currency": "EUR",
                "order": {"id": "x"},
                "__proto__": {"a": 1},
            },
        )
        self.assertEqual(reply.status, 201, reply.bytes)
        self.assertNotEqual(reply.json["id"], "mine")
        self.assertEqual(reply.json["line_items"][0]["item"]["price"], 1250)

    def test_a_bad_update_leaves_the_checkout_as_it_was(self):
        checkout = self.client.open_ready([(ITEM, 1)])
        for name, body, status in BODIES:
            if name in ("oversize", "empty"):
                continue
            with self.subTest(name):
                client = self.server.client()
                self.assertEqual(client.call("PUT", f"{CREATE}/{checkout['id']}", body).status, status)
                client.connection.close()
        self.assertEqual(self.client.get(checkout["id"]).json["totals"], checkout["totals"])

    def test_a_raw_card_number_is_refused_and_nothing_is_charged(self):
        checkout = self.client.open_ready([(ITEM, 1)])
        body = kassa.payment("4242424242424242")
        self.assertEqual(self.client.call("POST", f"{CREATE}/{checkout['id']}/complete", body).status, 400)
        self.assertEqual(self.client.get(checkout["id"]).json["status"], "ready_for_complete")

    def test_idempotency_keys_must_be_visible_ascii(self):
        for key in ("k" * 256, "sp ace"):
            with self.subTest(key=key[:10]):
                self.assertEqual(
                    self.client.call("POST", CREATE, with_line(), headers={"Idempotency-Key": key}).status, 400
                )

    def test_wrong_methods_and_paths(self):
        for method, path, status in (
            ("DELETE", CREATE, 405),
            ("TRACE", CREATE, 405),
            ("GET", "/nothing", 404),
            ("GET", "/ucp/v1/checkout-sessions/../../etc/passwd", 404),
        ):
            with self.subTest(path=path, method=method):
                client = self.server.client()
                self.assertIn(client.call(method, path).status, (status, 501 if method == "TRACE" else status))
                client.connection.close()

    def test_without_a_caller_nothing_is_served(self):
        stranger = kassa.Client(self.server.ready["http"])
        self.addCleanup(stranger.connection.close)
        self.assertEqual(stranger.call("POST", CREATE, with_line()).status, 400)
        wrong = kassa.Client(self.server.ready["http"], "sk_test_" + "a" * 60)
        self.addCleanup(wrong.connection.close)
        self.assertEqual(wrong.call("POST", CREATE, with_line()).status, 401)

    def test_smuggling_attempts_close_the_connection(self):
        host, port = self.server.ready["http"].split("//")[1].split(":")
        for name, head in (
            ("two lengths", b"Content-Length: 3\r\nContent-Length: 4\r\n"),
            ("length and chunked", b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
            ("gzip coding", b"Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"),
            ("two hosts", b"Host: other\r\n"),
            ("folded header", b"X-A: 1\r\n  2\r\n"),
        ):
            with self.subTest(name), socket.create_connection((host, int(port)), timeout=10) as wire:
                wire.sendall(b"POST " + CREATE.encode() + b" HTTP/1.1\r\nHost: shop\r\n" + head + b"\r\nabcde")
                received = b""
                while chunk := wire.recv(4096):
                    received += chunk
                self.assertTrue(received.startswith(b"HTTP/1.1 400"), received[:60])
                self.assertEqual(received.count(b"HTTP/1.1 "), 1)

    def test_secrets_and_people_never_reach_the_log(self):
        canary = "canary-token-5f3c"
        checkout = self.client.open_ready([(ITEM, 1)], buyer={"email": "canary.person@example.com"})
        self.client.complete(checkout["id"], canary)
        text = (self.server.folder / "kassad.log").read_text()
        for secret in (canary, "canary.person", self.server.keys["secret_key"], "Example Street"):
            self.assertNotIn(secret, text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
