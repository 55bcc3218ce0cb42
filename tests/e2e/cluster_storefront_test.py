"""A storefront that meets either of two kassad: both convert a cart at once into one checkout, and who watches a
checkout at one node sees what the other does to it."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
from events_test import SEEN_WITHIN_SECONDS, Stream  # noqa: E402
from two_nodes import BUYER, ITEM, Patient, TwoNodes  # noqa: E402

RACES = 12
LINES = [{"item": {"id": ITEM}, "quantity": 1}]


class Storefront(TwoNodes):
    def post(self, number, path, body):
        client = Patient(self.nodes[number % 2])
        try:
            return client.call("POST", path, body)
        finally:
            client.connection.close()

    def test_both_nodes_convert_a_cart_at_once_into_one_checkout(self):
        self.start()
        one, two = self.client(self.first), self.client(self.second)
        for race in range(RACES):
            wanted = {"line_items": LINES, "buyer": BUYER, "discounts": {"codes": ["FEW"]}}
            cart = one.call("POST", "/v1/carts", wanted).json
            self.assertTrue(kassa.eventually(lambda at=cart["id"]: two.call("GET", f"/v1/carts/{at}").status == 200))
            body = {"cart_id": cart["id"]}
            made = kassa.in_threads(4, lambda number, body=body: self.post(number, "/v1/checkouts", body))
            self.assertEqual(len({reply.json.get("id") for reply in made}), 1, [reply.bytes for reply in made])
            statuses = sorted(reply.status for reply in made)
            self.assertEqual(statuses, [200, 200, 200, 201], race)
            checkout = made[0].json["id"]
            for node in (one, two):
                seen = node.call("GET", f"/v1/checkouts/{checkout}").json
                self.assertEqual(seen["discounts"]["codes"], ["FEW"], race)

    def test_a_stream_at_one_node_tells_what_the_other_did(self):
        self.start()
        other = self.client(self.second)
        made = self.client(self.first).call("POST", "/v1/checkouts", {"line_items": LINES}).json
        stream = Stream(self.first, f"/v1/checkouts/{made['id']}/events", self.first.keys["secret_key"])
        self.addCleanup(stream.close)
        self.assertEqual(stream.event()["data"]["etag"], made["etag"])
        changed = other.call("PATCH", f"/v1/checkouts/{made['id']}", {"buyer": BUYER})
        began = time.monotonic()
        self.assertEqual(changed.status, 200, changed.bytes)
        self.assertEqual(stream.event()["data"]["etag"], changed.json["etag"])
        self.assertLess(time.monotonic() - began, SEEN_WITHIN_SECONDS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
