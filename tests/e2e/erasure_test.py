"""Erasing a person: every checkout with the e-mail is unreadable at once, also those that this process holds open."""

import contextlib
import sqlite3
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
EMAIL = "Ádám@shop.example"
OTHER_SPELLING = "ÁDÁM@SHOP.EXAMPLE"


class ErasedPerson(unittest.TestCase):
    def setUp(self):
        self.server = kassa.Server().start()
        self.addCleanup(self.server.close)
        self.shop = self.client("http")
        self.merchant = self.client("admin")

    def client(self, listener):
        client = self.server.client(listener)
        self.addCleanup(client.connection.close)
        return client

    def erase(self, email):
        reply = self.merchant.call("POST", "/admin/v1/persons/erasures", {"email": email})
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json["erased"]

    def keys_held(self):
        count = "SELECT count(*) FROM {}person_key"
        if self.server.database:
            return self.server.ask(count.format("kassa_keys."))[0][0]
        with contextlib.closing(sqlite3.connect(self.server.data / "keys.db", timeout=10)) as keys:
            return keys.execute(count.format("")).fetchone()[0]

    def gone(self, reply):
        self.assertNotIn(b"shop.example", reply.bytes)
        return reply.json["messages"][0]["code"] == "not_found"

    def test_completed_and_open_checkouts_are_gone_at_once_and_after_a_restart(self):
        bought = self.shop.open_ready([(ITEM, 1)], buyer={"email": EMAIL})["id"]
        self.assertEqual(self.shop.complete(bought, key=kassa.new_key()).json["status"], "completed")
        open_one = self.shop.open_ready([(ITEM, 1)], key=kassa.new_key(), buyer={"email": OTHER_SPELLING})["id"]
        stranger = self.shop.open_ready([(ITEM, 1)], buyer={"email": "else@shop.example"})["id"]
        # What was typed a moment ago at another process is found once its journal has it.
        erased = set()
        self.assertTrue(kassa.eventually(lambda: erased.update(self.erase(EMAIL)) or len(erased) == 2))
        for checkout in (bought, open_one):
            self.assertTrue(self.gone(self.shop.get(checkout)))
        self.assertTrue(self.gone(self.shop.complete(open_one, key=kassa.new_key())))
        self.assertTrue(self.gone(self.shop.update(open_one, {})))
        self.assertEqual(self.shop.get(stranger).json["buyer"]["email"], "else@shop.example")
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        for checkout in (bought, open_one):
            self.assertTrue(self.gone(self.client("http").get(checkout)))

    def test_an_e_mail_that_was_typed_a_moment_ago_is_found(self):
        busy = self.shop.create([(ITEM, 1)]).json["id"]
        row = f"SELECT count(*) FROM checkout WHERE checkout_id = '{busy}'"
        self.assertTrue(kassa.eventually(lambda: self.server.ask(row)[0][0] == 1))
        # Its row has just been written, so the next one rests.
        self.shop.update(busy, {"buyer": {"email": EMAIL, "first_name": "Zed"}})
        self.assertEqual(len(self.erase(OTHER_SPELLING)), 1)
        self.assertTrue(self.gone(self.shop.get(busy)))

    def test_a_refused_create_leaves_no_key_behind(self):
        before = self.keys_held()
        twice = [{"id": "a", "item": {"id": ITEM}, "quantity": 1}] * 2
        refused = self.shop.call("POST", "/ucp/v1/checkout-sessions", {"line_items": twice})
        self.assertNotEqual(refused.status, 201, refused.bytes)
        made = self.shop.create([(ITEM, 1)]).json["id"]
        row = f"SELECT count(*) FROM checkout WHERE checkout_id = '{made}'"
        self.assertTrue(kassa.eventually(lambda: self.server.ask(row)[0][0] == 1))
        self.assertEqual(self.keys_held(), before + 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
