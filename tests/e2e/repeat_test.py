"""Repeats of requests with an idempotency key, however late within its life: the same bytes, never a second effect."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
CLASS = "brewing-class"
UPDATES = 40


def quantity(count):
    return {"line_items": [{"id": "li_1", "item": {"id": ITEM}, "quantity": count}]}


class LateRepeats(unittest.TestCase):
    def setUp(self):
        self.server = kassa.Server().start()
        self.addCleanup(self.server.close)
        self.shop = self.client()

    def client(self):
        client = self.server.client()
        self.addCleanup(client.connection.close)
        return client

    def check(self, created, create_key, updated):
        again = self.client()
        repeat = again.create([(ITEM, 1)], key=create_key)
        self.assertEqual((repeat.status, repeat.bytes), (201, created.bytes))
        self.assertEqual(repeat.headers["idempotent-replayed"], "true")
        for count in (1, 2, UPDATES):
            key, first = updated[count]
            repeat = again.update(created.json["id"], quantity(count), key=key)
            self.assertEqual((repeat.status, repeat.bytes), (200, first.bytes), count)
            self.assertEqual(again.update(created.json["id"], quantity(count + 1), key=key).status, 409)
        self.assertEqual(again.get(created.json["id"]).json["line_items"][0]["quantity"], UPDATES)

    def test_a_create_and_old_updates_are_replayed_after_many_more(self):
        create_key = kassa.new_key()
        created = self.shop.create([(ITEM, 1)], key=create_key)
        updated = {}
        for count in range(1, UPDATES + 1):
            key = kassa.new_key()
            updated[count] = (key, self.shop.update(created.json["id"], quantity(count), key=key))
            self.assertEqual(updated[count][1].status, 200)
        self.check(created, create_key, updated)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.check(created, create_key, updated)

    def test_two_keys_in_one_request_are_refused(self):
        self.shop.connection.putrequest("POST", "/ucp/v1/checkout-sessions")
        for name, value in (
            ("Authorization", "Bearer " + self.server.keys["secret_key"]),
            ("Content-Type", "application/json"),
            ("Content-Length", "2"),
            ("Idempotency-Key", kassa.new_key()),
            ("Idempotency-Key", kassa.new_key()),
        ):
            self.shop.connection.putheader(name, value)
        self.shop.connection.endheaders(b"{}")
        self.assertEqual(self.shop.connection.getresponse().status, 400)

    def test_an_edit_while_a_payment_waits_is_refused_in_words(self):
        checkout = self.shop.create([(CLASS, 1)]).json["id"]
        self.assertEqual(self.shop.complete(checkout, "tok_action").json["status"], "requires_escalation")
        edit = {"line_items": [{"id": "li_1", "item": {"id": CLASS}, "quantity": 5}]}
        told = self.shop.update(checkout, edit)
        self.assertEqual((told.status, told.json["line_items"][0]["quantity"]), (200, 1))
        self.assertIn("payment_in_progress", [message["code"] for message in told.json["messages"]])
        self.assertNotIn(b"payment_in_progress", self.shop.get(checkout).bytes)
        refused = self.shop.cancel(checkout)
        self.assertEqual((refused.status, refused.json["code"]), (409, "payment_in_progress"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
