"""A price for first orders: once for each buyer, in any spelling of the e-mail, with any number of checkouts."""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import postgres_server  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
RULE = {
    "id": "first-order",
    "class": "order",
    "trigger": {"codes": ["FIRSTORDER"]},
    "when": {"attr": "customer.orders_count", "op": "eq", "value": 0},
    "value": {"type": "percent", "bps": 2000},
}


def total(checkout):
    return next(entry["amount"] for entry in checkout["totals"] if entry["type"] == "total")


class FirstOrders(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-orders-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.prepare()
        bundle = pathlib.Path(self.folder) / "bundle"
        shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
        rules = json.loads((bundle / "discounts.json").read_text())
        (bundle / "discounts.json").write_text(json.dumps([*rules, RULE]))
        self.server = kassa.Server(bundle=bundle).start()
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)

    def prepare(self):
        """What the server needs before it is made."""

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
        self.assertLess(total(first), total(guest))
        self.assertEqual(self.buy(first)["status"], "completed")
        self.assertEqual(total(self.open(" JANE@shop.example")), total(guest))
        self.assertEqual(total(self.open("john@shop.example")), total(first))
        late = self.client.update(guest["id"], {"buyer": {"email": "joan@shop.example"}}).json
        self.assertEqual(total(late), total(first), "known once there is an e-mail")

    def test_of_first_orders_at_once_one_has_the_price_and_the_others_are_told(self):
        clients = [self.server.client() for _ in range(4)]
        for client in clients:
            self.addCleanup(client.connection.close)
        opened = [self.open("jane@shop.example", client) for client in clients]
        self.assertEqual(len({total(checkout) for checkout in opened}), 1)
        # One that lost three races in a row is asked to try again.
        replies = kassa.in_threads(
            len(clients), lambda i: clients[i].complete(opened[i]["id"], key=kassa.new_key())
        )
        self.assertLessEqual({reply.status for reply in replies}, {200, 409})
        bought = [reply.json for reply in replies if reply.json.get("status") == "completed"]
        self.assertEqual([total(checkout) for checkout in bought], [total(opened[0])])
        for client, checkout in zip(clients, opened, strict=True):
            if checkout["id"] == bought[0]["id"]:
                continue
            told = client.complete(checkout["id"], key=kassa.new_key()).json
            if told["status"] != "completed":
                told = self.buy(checkout, client)
            self.assertEqual(told["status"], "completed")
            self.assertGreater(total(told), total(opened[0]))


class FirstOrdersInPostgres(FirstOrders):
    def prepare(self):
        conninfo = dict(word.split("=") for word in postgres_server.make(self.folder).split())
        postgres_server.control(self.folder, "start")
        self.addCleanup(postgres_server.control, self.folder, "stop", "--mode", "immediate")
        os.environ["KASSA_DATABASE"] = f"postgresql://kassa@127.0.0.1:{conninfo['port']}/postgres"
        self.addCleanup(os.environ.pop, "KASSA_DATABASE")


if __name__ == "__main__":
    unittest.main()
