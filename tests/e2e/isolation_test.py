"""Two stores in one process, test and live keys: over every route of the document that names something by its id,
nobody sees, changes or ends what another store or another mode has made."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import openapi_client  # noqa: E402

LINES = [{"item": {"id": "brewing-class"}, "quantity": 1}]
FREE = {"id": "free", "title": "Free", "class": "order", "trigger": "automatic"}
FREE["value"] = {"type": "percent", "bps": 10000}
# What a path's id is of.
KINDS = {"carts": "cart", "checkouts": "checkout", "checkout-sessions": "checkout", "orders": "order"}


def routes():
    """(METHOD, path, kind) of each route that names one cart, checkout or order."""
    for path, item in openapi_client.DOCUMENT["paths"].items():
        kind = next((kind for part, kind in KINDS.items() if f"/{part}/{{id}}" in path), None)
        for method in openapi_client.METHODS:
            if kind and method in item and not item[method].get("x-sandbox"):
                yield method.upper(), path, kind


def body_for(method, path):
    if method == "GET":
        return None
    if path.endswith("/complete"):
        return {"quote_hash": "x"}
    return {"line_items": LINES} if method in ("PUT", "PATCH") else {}


class Isolation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kassa.Server(store="one", live=True, bundle=None)
        cls.addClassCleanup(cls.server.close)
        with tempfile.TemporaryDirectory() as folder:
            bundle = kassa.sample_store(folder, [FREE])
            cls.server.import_bundle(bundle)
            two = subprocess.run(
                [kassa.binary(), "init", "--data", str(cls.server.data), "--store", "two", "--json"],
                check=True,
                capture_output=True,
                env={**os.environ, **cls.server.engines},
            )
            cls.server.store = "two"
            cls.server.import_bundle(bundle)
        keys = {f"one_{name}": key for name, key in cls.server.keys.items()}
        keys.update({f"two_{name}": key for name, key in json.loads(two.stdout).items()})
        cls.keys = keys
        cls.server.start()
        cls.groups = {
            "one, live": ("one_secret_key", "one_publishable_key"),
            "one, test": ("one_test_secret_key", "one_test_publishable_key"),
            "two, test": ("two_secret_key", "two_publishable_key"),
        }

    def client(self, key, secret=None):
        client = kassa.Client(self.server.ready["http"], self.keys[key], secret=secret)
        self.addCleanup(client.connection.close)
        return client

    def ask(self, client, *request, **more):
        """Behind a Redis, an id that looks as if it was made just now is asked for again."""
        replies = []

        def is_answered():
            replies.append(client.call(*request, **more))
            return replies[-1].status != 503

        kassa.eventually(is_answered)
        return replies[-1]

    def make(self, group):
        """One of each, by a page: {kind: id}, and its secret. Only a store's own mode completes."""
        secret_key, page_key = self.groups[group]
        secret = kassa.new_key("secret")
        page = self.client(page_key, secret)
        made = {}
        for kind, path in (("cart", "/v1/carts"), ("checkout", "/v1/checkouts")):
            reply = page.call("POST", path, {"line_items": LINES, "buyer": {"email": f"{kind}@shop.example"}})
            self.assertEqual(reply.status, 201, reply.bytes)
            made[kind] = reply.json["id"]
        if group != "one, test":
            wanted = {"line_items": LINES, "buyer": {"email": "o@shop.example"}}
            bought = page.call("POST", "/v1/checkouts", wanted).json
            path, accepted = f"/v1/checkouts/{bought['id']}/complete", {"quote_hash": bought["quote_hash"]}
            done = page.call("POST", path, accepted, key=kassa.new_key())
            self.assertEqual((done.status, done.json.get("status")), (200, "completed"), done.bytes)
            made["order"] = done.json["order"]["id"]
            self.assertEqual(self.client(secret_key).call("GET", f"/v1/orders/{made['order']}").status, 200)
        return made, secret

    def is_not_found(self, reply, told):
        document = reply.json
        code = document.get("error", {}).get("code") or document.get("code") or document["messages"][0]["code"]
        if code == "test_key_in_live_store" and told[-1].endswith("/complete"):
            return  # Whatever it names.
        self.assertIn(reply.status, (200, 404), told)
        self.assertEqual(code, "not_found", (told, reply.bytes))

    def test_no_route_answers_of_another_store_or_mode(self):
        made = {group: self.make(group) for group in self.groups}
        asked = 0
        for owner, (things, secret) in made.items():
            for stranger in self.groups:
                if stranger == owner:
                    continue
                for key in self.groups[stranger]:
                    client = self.client(key, secret)
                    for method, path, kind in routes():
                        if kind not in things:
                            continue
                        place = path.replace("{id}", things[kind])
                        reply = self.ask(client, method, place, body_for(method, path), key=kassa.new_key())
                        told = (owner, stranger, key, method, path)
                        self.is_not_found(reply, told)
                        for name in things.values():
                            self.assertNotIn(name.encode(), reply.bytes, told)
                        asked += 1
                    for path in ("/v1/checkouts", "/ucp/v1/checkout-sessions"):
                        reply = self.ask(client, "POST", path, {"cart_id": things["cart"], "line_items": []})
                        self.is_not_found(reply, (owner, stranger, key, path))
        self.assertGreater(asked, 150)
        for owner, (things, secret) in made.items():
            for key in self.groups[owner]:
                client = self.client(key, secret)
                for kind, path in (("cart", "/v1/carts/"), ("checkout", "/v1/checkouts/")):
                    seen = client.call("GET", path + things[kind])
                    self.assertEqual((seen.status, seen.json["buyer"]["email"]), (200, f"{kind}@shop.example"), owner)


if __name__ == "__main__":
    unittest.main()
