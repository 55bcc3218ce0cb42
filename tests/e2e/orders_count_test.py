"""A price for first orders: once for each buyer, in any spelling of the e-mail, with any number of checkouts."""

import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
RULE = {
    "id": "first-order",
    "class": "order",
    "trigger": {"codes": ["FIRSTORDER"]},
    "when": {"attr": "customer.orders_count", "op": "eq", "value": 0},
    "value": {"type": "percent", "bps": 2000},
}


class FirstOrders(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-orders-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        bundle = kassa.sample_store(self.folder, [RULE])
        self.server = kassa.Server(bundle=bundle).start()
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)

    def open(self, email, client=None):
        buyer = {"buyer": {"email": email}} if email else {}
        return (client or self.client).open_ready([(ITEM, 1)], discounts={"codes": ["FIRSTORDER"]}, **buyer)

    def buy(self, checkout, client=None):
        reply = (client or self.client).complete(checkout["id"], key=kassa.new_key())
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def test_a_buyer_has_the_price_once_and_nobody_has_it_unknown(self):
        guest = self.open("")
        first = self.open("jane@shop.example")
        self.assertLess(kassa.total_of(first), kassa.total_of(guest))
        self.assertEqual(self.buy(first)["status"], "completed")
        self.assertEqual(kassa.total_of(self.open(" JANE@shop.example")), kassa.total_of(guest))
        self.assertEqual(kassa.total_of(self.open("john@shop.example")), kassa.total_of(first))
        late = self.client.update(guest["id"], {"buyer": {"email": "joan@shop.example"}}).json
        self.assertEqual(kassa.total_of(late), kassa.total_of(first), "known once there is an e-mail")

    def test_of_first_orders_at_once_one_has_the_price_and_the_others_are_told(self):
        clients = [self.server.client() for _ in range(4)]
        for client in clients:
            self.addCleanup(client.connection.close)
        opened = [self.open("jane@shop.example", client) for client in clients]
        self.assertEqual(len({kassa.total_of(checkout) for checkout in opened}), 1)
        # One that lost three races in a row is asked to try again.
        replies = kassa.in_threads(
            len(clients), lambda i: clients[i].complete(opened[i]["id"], key=kassa.new_key())
        )
        self.assertLessEqual({reply.status for reply in replies}, {200, 409})
        bought = [reply.json for reply in replies if reply.json.get("status") == "completed"]
        self.assertEqual([kassa.total_of(checkout) for checkout in bought], [kassa.total_of(opened[0])])
        for client, checkout in zip(clients, opened, strict=True):
            if checkout["id"] == bought[0]["id"]:
                continue
            told = client.complete(checkout["id"], key=kassa.new_key()).json
            if told["status"] != "completed":
                told = self.buy(checkout, client)
            self.assertEqual(told["status"], "completed")
            self.assertGreater(kassa.total_of(told), kassa.total_of(opened[0]))


if __name__ == "__main__":
    unittest.main()
