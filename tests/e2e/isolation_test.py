"""Two stores in one process, test and live keys: over every route of both documents, nobody sees, changes or ends what
another store or another mode has made. The documents say which routes there are: a new one is asked as well, and one
whose path names something that this suite does not know makes it fail."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import openapi_client  # noqa: E402
import yaml  # noqa: E402

LINES = [{"item": {"id": "brewing-class"}, "quantity": 1}]
FREE = {"id": "free", "title": "Free", "class": "order", "trigger": "automatic"}
FREE["value"] = {"type": "percent", "bps": 10000}
ADMIN = yaml.safe_load((kassa.ROOT / "web/api/admin.openapi.yaml").read_text())
# Whose answers do not depend on a key: the whole process, or whoever has the link.
KEYLESS = {"public", "gateway"}
# What the names in the paths of the admin's document are of; what nobody has yet by its look.
ADMIN_NAMES = {"order_id": "order", "key_id": "key", "discount_id": "discount", "attempt_id": "attempt"}
ADMIN_NAMES.update({"code": "code", "variant_id": "variant", "event_id": "event"})
# What a path's id is of.
KINDS = {"carts": "cart", "checkouts": "checkout", "checkout-sessions": "checkout", "orders": "order"}


def routes():
    """(METHOD, path, kind) of each route that names one cart, checkout or order."""
    for path, item in openapi_client.DOCUMENT["paths"].items():
        kind = next((kind for part, kind in KINDS.items() if f"/{part}/{{id}}" in path), None)
        for method in openapi_client.METHODS:
            if kind and method in item and not item[method].get("x-sandbox"):
                yield method.upper(), path, kind


def admin_routes():
    """(METHOD, path, its names) of each route of the admin's document that asks for a key."""
    for path, item in ADMIN["paths"].items():
        for method in openapi_client.METHODS:
            role = item.get(method, {}).get("x-kassa-role", item.get("x-kassa-role", ADMIN.get("x-kassa-role")))
            if method in item and role not in KEYLESS:
                yield method.upper(), path, re.findall(r"\{(\w+)\}", path)


def shop_routes():
    """The same of the shop's, but for those that name a cart, checkout or order: routes() has them."""
    named = {(method, path) for method, path, _ in routes()}
    for path, item in openapi_client.DOCUMENT["paths"].items():
        for method in openapi_client.METHODS:
            operation = item.get(method, {})
            asks = operation and operation["x-kassa-role"] not in KEYLESS and not operation.get("x-sandbox")
            if asks and (method.upper(), path) not in named:
                yield method.upper(), path, re.findall(r"\{(\w+)\}", path)


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

    def things_of(self, group):
        """Every id that a group may be the only one to see, by what it is; as the admin's document names it."""
        made, secret = self.make(group)
        store = group.split(",")[0]
        keys = [row[0] for row in self.server.ask(f"SELECT key_id FROM api_key WHERE store_id = '{store}'")]
        things = {**made, "key": keys[0], "discount": f"only-{store}", "code": f"ONLY{store.upper()}"}
        things.update({"attempt": "att_none", "event": "evt_none", "variant": f"only-{store}"})
        return things, secret

    def own_goods(self, group):
        """A rule with a code and a product that no other store has."""
        store = group.split(",")[0]
        client = kassa.Client(self.server.ready["admin"], self.keys[self.groups[group][0]])
        self.addCleanup(client.connection.close)
        rule = {"class": "order", "trigger": {"codes": [f"ONLY{store.upper()}"]}}
        rule.update({"value": {"type": "percent", "bps": 100}})
        reply = client.call("PUT", f"/admin/v1/discounts/only-{store}", rule, headers={"If-None-Match": "*"})
        self.assertIn(reply.status, (200, 201), reply.bytes)

    def test_no_route_of_either_document_carries_what_is_of_another_store_or_mode(self):
        self.own_goods("one, live")
        self.own_goods("two, test")
        things = {group: self.things_of(group) for group in self.groups}
        asked = answered = 0
        for stranger, keys in self.groups.items():
            for owner, (named, secret) in things.items():
                if stranger == owner:
                    continue
                # Of another mode of one store: goods, rules and keys are the store's, orders are the mode's.
                same_store = owner.split(",")[0] == stranger.split(",")[0]
                alien = {name for kind, name in named.items() if not same_store or kind in KINDS.values()}
                alien -= {"att_none", "evt_none"}
                replies = self.sweep(stranger, keys, named, alien, secret, same_store)
                asked += len(replies)
                answered += replies.count(200)
        self.assertGreater(asked, 200)
        self.assertGreater(answered, 20)  # Lists and exports of the stranger's own store.
        for group in ("one, live", "two, test"):
            named = things[group][0]
            admin = kassa.Client(self.server.ready["admin"], self.keys[self.groups[group][0]])
            self.addCleanup(admin.connection.close)
            self.assertEqual(admin.call("GET", f"/admin/v1/discounts/{named['discount']}").status, 200, group)

    def sweep(self, stranger, keys, named, alien, secret, same_store):
        """Every route that `routes` does not name, with the owner's ids in its path; the statuses of what was asked."""
        tables = [("http", key, route) for key in keys for route in shop_routes()]
        tables += [("admin", keys[0], route) for route in admin_routes()]
        replies = []
        for listener, key, (method, path, names) in tables:
            unknown = [name for name in names if name not in ADMIN_NAMES and name != "id"]
            self.assertEqual(unknown, [], f"{path}: say in ADMIN_NAMES what this is of")
            kinds = [ADMIN_NAMES.get(name, "variant") for name in names]
            own_change = same_store and method != "GET" and not set(kinds) & set(KINDS.values())
            if own_change or not all(kind in named for kind in kinds):
                continue  # The store's own affair, or the owner has none of these.
            place = path
            for name, kind in zip(names, kinds):
                place = place.replace("{" + name + "}", named[kind])
            client = kassa.Client(self.server.ready[listener], self.keys[key], secret=secret)
            try:
                body = None if method == "GET" else {"refused": True}
                reply = self.ask(client, method, place, body, key=kassa.new_key())
            finally:
                client.connection.close()
            told = (stranger, key, method, place, reply.status, reply.bytes[:500])
            for name in alien - {named[kind] for kind in kinds}:
                self.assertNotIn(name.encode(), reply.bytes, told)
            if kinds and not same_store:
                self.assertTrue(400 <= reply.status < 500, told)
            replies.append(reply.status)
        return replies


if __name__ == "__main__":
    unittest.main()
