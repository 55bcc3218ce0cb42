"""Merchants manage discounts over the admin API of a real kassad, on both stores: what is written is sold by."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import postgres_server  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"


def rule(name, bps, **more):
    return {
        "id": name,
        "class": "order",
        "trigger": "automatic",
        "value": {"type": "percent", "bps": bps},
        "combine": {"classes": ["product", "shipping", "payment"]},
        **more,
    }


class Admin:
    """The cases; a class of its own for each store runs them."""

    @classmethod
    def setUpClass(cls):
        cls.start_store()
        bundle = pathlib.Path(cls.folder) / "bundle"
        shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
        (bundle / "discounts.json").write_text("[]")
        cls.server = kassa.Server(bundle=bundle).start()
        cls.addClassCleanup(cls.server.close)

    @classmethod
    def make_folder(cls):
        cls.folder = tempfile.mkdtemp(prefix="kassa-discounts-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)

    def setUp(self):
        self.admin = self.connect("admin")
        self.shop = self.connect("http")

    def connect(self, listener):
        client = self.server.client(listener)
        self.addCleanup(client.connection.close)
        return client

    def ask(self, method, path, body=None, expect=200, **headers):
        reply = self.admin.call(method, "/admin/v1/discounts" + path, body, headers=headers)
        self.assertEqual(reply.status, expect, reply.bytes)
        return reply

    def lines(self, *rules):
        return "\n".join(map(json.dumps, rules)).encode()

    def totals(self, **more):
        """{type: amount} of a new checkout."""
        made = self.shop.create([(ITEM, 2)], **more)
        self.assertEqual(made.status, 201, made.bytes)
        self.last = made.json
        return {total["type"]: total["amount"] for total in made.json["totals"]}

    def discount(self, **more):
        return -self.totals(**more).get("discount", 0)

    def eventually_discounts(self, share, **more):
        def as_it_should():
            totals = self.totals(**more)
            return -totals.get("discount", 0) == round(totals["subtotal"] * share)

        self.assertTrue(kassa.eventually(as_it_should), self.last)

    def tearDown(self):
        for item in self.ask("GET", "?limit=100").json["items"]:
            self.ask("DELETE", f"/{item['id']}", expect=204)
        self.eventually_discounts(0)

    def test_rules_are_imported_switched_exported_and_remembered(self):
        done = self.ask("POST", "/import", self.lines(rule("ten", 1000), rule("half", 5000, enabled=False)))
        self.assertEqual(done.json, {"created": 2, "updated": 0, "unchanged": 0, "kept": True})
        self.eventually_discounts(0.1)
        self.ask("POST", "/ten/disable")
        self.eventually_discounts(0)
        self.ask("POST", "/half/enable")
        self.eventually_discounts(0.5)
        exported = self.ask("GET", "/export").bytes
        self.assertEqual(json.loads(exported.splitlines()[1])["enabled"], False)
        again = self.ask("POST", "/import", exported).json
        self.assertEqual((again["unchanged"], again["updated"]), (2, 0))
        found = self.ask("GET", "?enabled=true&class=order&text=HAL&active_at=2026-01-01T00:00:00Z").json["items"]
        self.assertEqual([item["id"] for item in found], ["half"])
        versions = self.ask("GET", "/half/versions").json["items"]
        self.assertEqual([version["enabled"] for version in versions][:2], [True, False])

    def test_one_bad_line_keeps_all_out(self):
        refused = self.ask("POST", "/import", self.lines(rule("ten", 1000), rule("bad", 20_000)), expect=400)
        self.assertEqual([(p["line"], p["path"]) for p in refused.json["problems"]], [(2, "/value/bps")])
        self.assertEqual(self.ask("GET", "").json["items"], [])

    def test_a_cart_is_previewed_with_a_draft_and_with_what_was_just_written(self):
        cart = {"lines": [{"variant_id": ITEM, "quantity": 2}], "explain": "all"}
        self.ask("PUT", "/ten", rule("ten", 1000), expect=201, **{"If-None-Match": "*"})
        quote = self.ask("POST", "/preview", cart).json
        self.assertEqual([item["rule"] for item in quote["applied"]], ["ten"])
        draft = {"rules": [rule("half", 5000, priority=1)]}
        other = self.ask("POST", "/preview", {**cart, "draft": draft}).json
        self.assertEqual({item["rule"]: item["reason"] for item in other["explanations"]}["half"], "applied")
        self.eventually_discounts(0.1)
        again = self.ask("POST", "/preview", cart).json
        self.assertEqual(again["total"], quote["total"])
        self.assertEqual([item["id"] for item in self.ask("GET", "").json["items"]], ["ten"])

    def pool(self, *codes):
        """A rule that takes half, with these codes in its pool, and all processes know of it."""
        self.ask("PUT", "/vip", rule("vip", 5000, trigger={"pool": True}), expect=201, **{"If-None-Match": "*"})
        taken = self.ask("POST", "/vip/codes/import", "\n".join(codes).encode(), **{"Content-Type": "text/csv"})
        self.assertEqual(taken.json, {"created": len(codes)})
        self.eventually_discounts(0.5, discounts={"codes": [codes[0].upper()]})

    def state_of(self, code):
        return self.admin.call("GET", f"/admin/v1/discount-codes/{code}").json

    def test_a_code_of_a_hundred_thousand_is_good_for_one_order(self):
        self.pool(f"{self.id()[-40:]}-known")
        made = self.ask("POST", "/vip/codes", {"count": 100_000, "prefix": "E2E-"}, expect=201)
        codes = made.bytes.decode().split()[1:]
        self.assertEqual(len(set(codes)), 100_000)
        code = codes[77_777]
        totals = self.totals(discounts={"codes": [code.lower()]})
        self.assertEqual(self.last["discounts"]["applied"][0]["code"], code.lower())
        self.assertEqual(-totals["discount"], round(totals["subtotal"] / 2))
        self.totals(discounts={"codes": ["E2E-NOBODYHASIT"]})
        self.assertIn("discount_code_invalid", [message["code"] for message in self.last["messages"]])
        ready = self.shop.open_ready([(ITEM, 1)], discounts={"codes": [code]}, buyer={"email": "ada@shop.example"})
        done = self.shop.complete(ready["id"], key=kassa.new_key())
        self.assertEqual(done.json["status"], "completed", done.bytes)
        self.assertEqual(self.state_of(code)["order_id"], done.json["order"]["id"])
        self.totals(discounts={"codes": [code]})
        told = [message["code"] for message in self.last["messages"]]
        self.assertIn("discount_code_usage_limit_reached", told)

    def test_twenty_buyers_on_one_code_and_one_has_it(self):
        code = f"{self.id()[-40:]}-one"
        self.pool(code)
        clients = [self.connect("http") for _ in range(20)]
        ready = [
            client.open_ready([(ITEM, 1)], discounts={"codes": [code]}, buyer={"email": f"b{i}@shop.example"})["id"]
            for i, client in enumerate(clients)
        ]
        # The first has it reserved and is declined: it comes back.
        declined = self.shop.complete(ready[0], token="fail_token", key=kassa.new_key())
        self.assertNotEqual(declined.json.get("status"), "completed", declined.bytes)
        self.assertFalse(self.state_of(code)["used"])
        replies = kassa.in_threads(20, lambda i: clients[i].complete(ready[i], key=kassa.new_key()))
        bought = [reply.json for reply in replies if reply.json.get("status") == "completed"]
        self.assertEqual(len(bought), 1, [reply.bytes for reply in replies])
        self.assertEqual(self.state_of(code)["order_id"], bought[0]["order"]["id"])

    def test_discounts_of_another_system_move_in(self):
        promotion = {
            "code": "MOVED",
            "type": "standard",
            "is_automatic": False,
            "application_method": {"type": "percentage", "target_type": "order", "value": 12.4},
        }
        file = pathlib.Path(self.folder) / "promotions.json"

        def convert(*promotions):
            file.write_text(json.dumps({"promotions": promotions}, indent=1))
            command = [kassa.binary(), "import-discounts", "--from", "medusa", str(file)]
            return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

        refused = convert(promotion, {**promotion, "code": "TWO", "type": "buyget"})
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertRegex(refused.stderr, r"promotions.json:13: TWO: type is not taken over")
        moved = convert(promotion)
        self.assertEqual(moved.returncode, 0, moved.stderr)
        self.assertEqual(self.ask("POST", "/import", moved.stdout.encode()).json["created"], 1)
        self.eventually_discounts(0.124, discounts={"codes": ["moved"]})


class OnSqlite(Admin, unittest.TestCase):
    @classmethod
    def start_store(cls):
        cls.make_folder()


class OnPostgres(Admin, unittest.TestCase):
    @classmethod
    def start_store(cls):
        cls.make_folder()
        postgres = tempfile.mkdtemp(prefix="kassa-postgres-")
        cls.addClassCleanup(shutil.rmtree, postgres, ignore_errors=True)
        conninfo = dict(word.split("=") for word in postgres_server.make(postgres).split())
        postgres_server.control(postgres, "start")
        cls.addClassCleanup(postgres_server.control, postgres, "stop", "--mode", "immediate")
        os.environ["KASSA_DATABASE"] = f"postgresql://kassa@127.0.0.1:{conninfo['port']}/postgres"
        cls.addClassCleanup(os.environ.pop, "KASSA_DATABASE")


if __name__ == "__main__":
    unittest.main(verbosity=2)
