"""Server-sent events of checkouts and carts: told of changes, to those who may read it, until it is over."""

import http.client
import json
import sys
import threading
import time
import unittest
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
from storefront_test import Shop, lines  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
SEEN_WITHIN_SECONDS = 2


class Stream:
    """One open stream; its reader waits at most ten seconds for the next event."""

    def __init__(self, server, path, key, secret=None, seen=None):
        place = urllib.parse.urlsplit(server.ready["http"]).netloc
        self.connection = http.client.HTTPConnection(place, timeout=10)
        headers = {"Authorization": f"Bearer {key}"}
        headers.update({"Kassa-Client-Secret": secret} if secret else {})
        headers.update({"Last-Event-ID": seen} if seen else {})
        self.connection.request("GET", path, headers=headers)
        self.reply = self.connection.getresponse()
        self.status = self.reply.status

    def event(self):
        """The next event as a dict of its fields, its data parsed; None at the end."""
        fields = {}
        while True:
            line = self.reply.readline().decode()
            if not line:
                return None
            if line == "\n" and "event" in fields:
                return {**fields, "data": json.loads(fields["data"])}
            if line != "\n" and not line.startswith(":"):
                name, value = line.rstrip("\n").split(": ", 1)
                fields[name] = value

    def close(self):
        self.reply.close()
        self.connection.close()


class Events(Shop):
    def watch(self, path, secret=None, seen=None, key="publishable_key"):
        stream = Stream(self.server, path, self.server.keys[key], secret, seen)
        self.addCleanup(stream.close)
        return stream

    def made(self):
        page = self.page()
        made = page.v1_create_checkout({"line_items": lines((ITEM, 1)), "fulfillment": kassa.shipping_to(kassa.US)})
        self.assertEqual(made.status, 201, made.bytes)
        return self.page(made.json["client_secret"]), made.json

    def test_a_page_sees_what_others_do_up_to_the_order(self):
        page, checkout = self.made()
        path = f"/v1/checkouts/{checkout['id']}/events"
        stream = self.watch(path, checkout["client_secret"])
        self.assertEqual((stream.status, stream.reply.headers["Content-Type"]), (200, "text/event-stream"))
        first = stream.event()
        self.assertEqual((first["event"], first["id"]), ("changed", first["data"]["version"]))
        self.assertEqual((first["data"]["etag"], first["data"]["status"]), (checkout["etag"], "incomplete"))
        began = time.monotonic()
        buyer = {"email": "ada@shop.example"}
        self.assertEqual(self.backend.v1_update_checkout({"buyer": buyer}, id=checkout["id"]).status, 200)
        changed = stream.event()
        self.assertLess(time.monotonic() - began, SEEN_WITHIN_SECONDS)
        now = page.v1_get_checkout(id=checkout["id"]).json
        self.assertEqual(changed["data"]["etag"], now["etag"])
        ready = self.choose(page, now)
        self.assertEqual(self.pay(page, ready).json["status"], "completed")
        told = []
        while (event := stream.event()) is not None:
            told.append(event)
        self.assertEqual(told[-1]["data"]["status"], "completed")
        again = self.watch(path, checkout["client_secret"], seen=told[-1]["id"])
        self.assertEqual((again.status, again.reply.read()), (204, b""))
        late = self.watch(path, checkout["client_secret"])
        self.assertEqual((late.event()["data"]["status"], late.event()), ("completed", None))

    def test_a_cart_is_watched_until_it_is_gone(self):
        cart = self.backend.v1_create_cart({"line_items": lines((ITEM, 1))}).json
        stream = self.watch(f"/v1/carts/{cart['id']}/events", key="secret_key")
        first = stream.event()
        self.assertEqual(first["data"], {"version": first["id"], "etag": cart["etag"]})
        self.assertEqual(self.backend.v1_cancel_cart(id=cart["id"]).status, 200)
        self.assertIsNone(stream.event())

    def test_who_has_seen_a_state_is_told_the_next_one(self):
        _, checkout = self.made()
        path = f"/v1/checkouts/{checkout['id']}/events"
        first = self.watch(path, key="secret_key").event()
        stream = self.watch(path, key="secret_key", seen=first["id"])
        self.assertEqual(self.backend.v1_update_checkout({"note": "ring"}, id=checkout["id"]).status, 200)
        self.assertNotEqual(stream.event()["id"], first["id"])

    def test_strangers_are_told_that_there_is_nothing(self):
        _, checkout = self.made()
        path = f"/v1/checkouts/{checkout['id']}/events"
        for secret in (None, "x" * 22):
            self.assertEqual(self.watch(path, secret).status, 404)
        as_cart = self.watch(f"/v1/carts/{checkout['id']}/events", checkout["client_secret"])
        self.assertEqual(as_cart.status, 404)
        nobody = Stream(self.server, path, "pk_unknown")
        self.addCleanup(nobody.close)
        self.assertEqual(nobody.status, 401)

    def test_one_checkout_has_so_many_streams(self):
        _, checkout = self.made()
        path = f"/v1/checkouts/{checkout['id']}/events"
        held = [self.watch(path, checkout["client_secret"]) for _ in range(8)]
        self.assertEqual([one.status for one in held], [200] * 8)
        refused = self.watch(path, checkout["client_secret"])
        self.assertEqual((refused.status, refused.reply.headers["Retry-After"] is not None), (429, True))
        held[0].close()
        kassa.eventually(lambda: self.watch(path, checkout["client_secret"]).status == 200)

    def test_a_node_that_goes_ends_its_streams(self):
        _, checkout = self.made()
        stream = self.watch(f"/v1/checkouts/{checkout['id']}/events", checkout["client_secret"])
        stream.event()
        ends = []
        reader = threading.Thread(target=lambda: ends.append(stream.event()))
        reader.start()
        began = time.monotonic()
        self.server.stop()
        reader.join()
        self.assertEqual(ends, [None])
        self.assertLess(time.monotonic() - began, 8, "a drain does not wait for watchers")
        self.server.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
