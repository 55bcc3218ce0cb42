"""Erasing a person: every checkout with the e-mail is unreadable at once, also those that this process holds open."""

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

    def gone(self, reply):
        self.assertNotIn(b"shop.example", reply.bytes)
        return reply.json["messages"][0]["code"] == "not_found"

    def test_completed_and_open_checkouts_are_gone_at_once_and_after_a_restart(self):
        bought = self.shop.open_ready([(ITEM, 1)], buyer={"email": EMAIL})["id"]
        self.assertEqual(self.shop.complete(bought, key=kassa.new_key()).json["status"], "completed")
        open_one = self.shop.open_ready([(ITEM, 1)], key=kassa.new_key(), buyer={"email": OTHER_SPELLING})["id"]
        stranger = self.shop.open_ready([(ITEM, 1)], buyer={"email": "else@shop.example"})["id"]
        # What was typed a moment ago is found once the journal has it.
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
