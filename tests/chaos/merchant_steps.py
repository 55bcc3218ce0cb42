"""Deaths at what merchants write: settings, keys, stock, rules, codes, orders, decisions, erasures.

For each point: the merchant asks, the process dies there, is started again, and the merchant asks again. Before the
commit nothing of it stands, after the commit all of it, and what was answered stands after one more kill -9.
"""

import json

import crashing
import kassa
from crashing import Shopper, bring, change, has_status
from oracle import Oracle

SECRET = "a-secret-for-simulations"
VARIANT = "quay-mug--white"
GOOD = (200, 201, 202, 204)


def rule(name, **more):
    value = {"type": "percent", "bps": 100}
    return {"id": name, "class": "order", "trigger": "automatic", "value": value, **more}


class Deed:
    """One write. `whole`: it is one commit, so a death leaves all of it or nothing."""

    points = ()
    whole = True
    listener = "admin"

    def prepare(self, shop):
        """While nothing crashes: what the write needs, anew for each point."""

    def do(self, client):
        raise NotImplementedError

    def stands(self, shop):
        raise NotImplementedError


def get(shop, path, listener="admin"):
    return shop.ask(lambda client: client.call("GET", path), listener)


class Counted(Deed):
    points = ("stock.before:1", "stock.after:1")

    def __init__(self, oracle):
        self.oracle = oracle

    def on_hand(self, shop):
        levels = get(shop, f"/admin/v1/stock/{VARIANT}").json["items"]
        return next(level["on_hand"] for level in levels if level["location_id"] == "quay")

    def prepare(self, shop):
        self.before = self.on_hand(shop)
        self.oracle.initial_stock[(VARIANT, "quay")] += 1

    def do(self, client):
        body = {"variant_id": VARIANT, "location_id": "quay", "adjust": 1, "expected_on_hand": self.before}
        return client.call("POST", "/admin/v1/stock/changes", body)

    def stands(self, shop):
        return self.on_hand(shop) == self.before + 1


class Set(Deed):
    points = ("settings.before:1", "settings.after:1")
    times = 0

    def prepare(self, shop):
        now = get(shop, "/admin/v1/settings")
        self.times += 1
        self.name = f"Shop {self.times}"
        self.body, self.tag = {**now.json, "name": self.name}, now.headers["etag"]

    def do(self, client):
        return client.call("PUT", "/admin/v1/settings", self.body, headers={"If-Match": self.tag})

    def stands(self, shop):
        return get(shop, "/admin/v1/settings").json["name"] == self.name


def live_keys(shop):
    rows = get(shop, "/admin/v1/keys").json["items"]
    return [row["key_id"] for row in rows if row["kind"] == "publishable" and not row.get("revoked_at")]


def revoke(shop, key):
    shop.ask(lambda client: client.call("DELETE", f"/admin/v1/keys/{key}"), "admin")


class KeyMade(Deed):
    points = ("key.before:1", "key.after:1")

    def prepare(self, shop):
        for key in live_keys(shop)[1:]:
            revoke(shop, key)

    def do(self, client):
        return client.call("POST", "/admin/v1/keys", {"kind": "publishable"})

    def stands(self, shop):
        return len(live_keys(shop)) == 2


class KeyRevoked(Deed):
    points = ("key.before:1", "key.after:1")

    def prepare(self, shop):
        if len(live_keys(shop)) < 2:
            shop.ask(KeyMade().do, "admin")
        self.key = live_keys(shop)[-1]

    def do(self, client):
        return client.call("DELETE", f"/admin/v1/keys/{self.key}")

    def stands(self, shop):
        return self.key not in live_keys(shop)


class Rule(Deed):
    points = ("discount.before:1", "discount.after:1")
    times = 0

    def prepare(self, shop):
        self.times += 1
        self.path = f"/admin/v1/discounts/rule-{self.times}"

    def do(self, client):
        return client.call("PUT", self.path, rule(self.path.rsplit("/", 1)[1]), headers={"If-None-Match": "*"})

    def stands(self, shop):
        return get(shop, self.path).status == 200


class RuleRetired(Rule):
    def prepare(self, shop):
        super().prepare(shop)
        self.path += "-old"
        assert shop.ask(super().do, "admin").status in GOOD

    def do(self, client):
        return client.call("DELETE", self.path)

    def stands(self, shop):
        return get(shop, self.path).status == 404


class RulesImported(Deed):
    points = ("discounts.before:1", "discounts.after:1")
    times = 0

    def prepare(self, shop):
        self.times += 1
        self.names = [f"line-{self.times}-{n}" for n in range(3)]

    def do(self, client):
        lines = "\n".join(json.dumps(rule(name)) for name in self.names)
        return client.call("POST", "/admin/v1/discounts/import", lines.encode())

    def stands(self, shop):
        found = {get(shop, f"/admin/v1/discounts/{name}").status == 200 for name in self.names}
        assert len(found) == 1, "some lines of an import"
        return found.pop()


class CodesImported(Deed):
    points = ("codes.before:1", "codes.after:1")
    times = 0

    def prepare(self, shop):
        self.times += 1
        self.codes = [f"CRASH-{self.times}-{n}" for n in range(3)]
        pool = rule("vip", trigger={"pool": True})
        shop.ask(lambda client: client.call("PUT", "/admin/v1/discounts/vip", pool, headers={"If-None-Match": "*"}),
                 "admin")

    def do(self, client):
        sent = "\n".join(self.codes).encode()
        return client.call("POST", "/admin/v1/discounts/vip/codes/import", sent, headers={"Content-Type": "text/csv"})

    def stands(self, shop):
        found = {get(shop, f"/admin/v1/discount-codes/{code}").status == 200 for code in self.codes}
        assert len(found) == 1, "some codes of an import"
        return found.pop()


class Synced(Deed):
    """A batch of rows."""

    times = 0

    def __init__(self, what, oracle=None):
        step = "stock" if what == "stock" else "import"
        self.points = (f"{step}.before:1", f"{step}.after:1")
        self.what, self.oracle = what, oracle

    def count(self, shop):
        rows = {
            "products": "SELECT count(*) FROM product WHERE product_id LIKE 'crash-%'",
            "prices": f"SELECT sum(amount) FROM price WHERE variant_id = '{VARIANT}'",
            "stock": f"SELECT sum(on_hand) FROM stock WHERE variant_id = '{VARIANT}'",
        }
        return int(shop.server.ask(rows[self.what])[0][0])

    def prepare(self, shop):
        self.times += 1
        self.before = self.count(shop)
        if self.what == "products":
            names = [f"crash-{self.times}-{n}" for n in range(3)]
            self.rows = [{"id": id, "title": id, "variants": [{"id": f"{id}-v", "price": "1.00"}]} for id in names]
        if self.what == "prices":
            self.rows = [{"variant": VARIANT, "currency": "USD", "amount": f"77.{self.times:02}"}]
        if self.what == "stock":
            self.rows = [{"variant": VARIANT, "location": place, "adjust": 1} for place in ("quay", "rotterdam")]
            levels = get(shop, f"/admin/v1/stock/{VARIANT}").json["items"]
            on_hand = {level["location_id"]: level["on_hand"] for level in levels}
            for row in self.rows:
                row["expected_on_hand"] = on_hand[row["location"]]
                self.oracle.initial_stock[(VARIANT, row["location"])] += 1

    def do(self, client):
        return client.call("PUT", f"/admin/v1/{self.what}", {"items": self.rows})

    def stands(self, shop):
        """All of it; a part is told by the next point's count, or here."""
        now = self.count(shop)
        assert self.what == "prices" or now - self.before in (0, len(self.rows)), "some rows of a batch"
        return now != self.before


class Shipped(Deed):
    points = ("order.before:1", "order.after:1")
    listener = "http"

    def prepare(self, shop):
        self.order = Shopper(shop.server).buy().json["order"]["id"]

    def do(self, client):
        path = f"/testing/simulate-shipping/{self.order}"
        return client.call("POST", path, b"", headers={"Simulation-Secret": SECRET})

    def stands(self, shop):
        events = get(shop, f"/ucp/v1/orders/{self.order}", "http").json["fulfillment"].get("events", [])
        assert len(events) < 2, "shipped twice"
        return len(events) == 1


class Erased(Deed):
    """Begun in one commit, the key destroyed in another database, the rest forgotten in a third."""

    points = ("erasure.before:1", "erasure.after:1", "person.before:1", "person.after:1", "erasure.before:2",
              "erasure.after:2")
    whole = False

    def prepare(self, shop):
        self.email = f"{kassa.new_key('ada')}@shop.example"
        buyer = {"email": self.email}
        self.checkout, _ = bring(shop, "success_token", has_status("completed"), buyer=buyer)
        where = f"SELECT person_id FROM checkout WHERE checkout_id = '{self.checkout}'"
        shop.until(lambda: shop.server.ask(where), "the journal")
        self.person = shop.server.ask(where)[0][0]

    def do(self, client):
        return client.call("POST", "/admin/v1/persons/erasures", {"email": self.email})

    def stands(self, shop):
        person = f"person_id = '{self.person}'"
        rest = f"SELECT count(*) FROM person WHERE {person} AND email_hash IS NOT NULL"
        keys = change(shop.server, f"SELECT count(*) FROM person_key WHERE {person}", "keys")
        seen = get(shop, f"/ucp/v1/checkout-sessions/{self.checkout}", "http")
        return shop.server.ask(rest) == [(0,)] and keys == "0" and b"shop.example" not in seen.bytes


class Decided(Deed):
    """A payment under review: who decides claims it, then the completion goes on as any other."""

    whole = False

    def __init__(self, outcome):
        last = "outcome" if outcome == "captured" else "release"
        self.points = tuple(f"{step}.{side}:1" for step in ("decide", last) for side in ("before", "after"))
        self.outcome = outcome

    def prepare(self, shop):
        self.checkout, _ = bring(shop, "tok_wrong_amount", has_status("complete_in_progress"))
        rows = shop.server.ask("SELECT attempt_id, gateway_key FROM attempt WHERE state = 'review'")
        assert len(rows) == 1, rows
        self.attempt = rows[0][0]
        if self.outcome == "returned":  # What the person saw there.
            change(shop.server, f"UPDATE charge SET refunded = amount WHERE gateway_key = '{rows[0][1]}'", "sandbox")

    def do(self, client):
        body = {"outcome": self.outcome, "note": "seen in the console"}
        return client.call("POST", f"/admin/v1/payments/{self.attempt}/resolve", body)

    def stands(self, shop):
        wanted = "completed" if self.outcome == "captured" else "ready_for_complete"
        return get(shop, f"/ucp/v1/checkout-sessions/{self.checkout}", "http").json.get("status") == wanted


def die_at(shop, deed, point):
    """What was wrong."""
    found = []
    deed.prepare(shop)
    shop.start_again(point)
    deaths = shop.deaths
    reply = shop.ask(deed.do, deed.listener)
    if reply is None and deed.whole and deed.stands(shop) != (".after" in point):
        found.append(f"{point}: a death there left {'all' if '.before' in point else 'nothing'} of it")
    replies = [reply]

    def is_done():
        if replies[-1] is None or replies[-1].status not in GOOD:
            replies.append(shop.ask(deed.do, deed.listener))
        return replies[-1] is not None and (replies[-1].status in GOOD or deed.stands(shop))

    shop.until(is_done, f"{point}: {replies[-1] and replies[-1].bytes}")
    shop.until(lambda: deed.stands(shop), f"{point}: what was answered with {replies[-1].status}")
    if shop.deaths != deaths + 1:
        found.append(f"{point}: died {shop.deaths - deaths} times")
    shop.server.kill()
    shop.start()
    if not deed.stands(shop):
        found.append(f"{point}: what was answered is gone after a kill")
    return found


def run(deeds_of):
    """All deeds on one server, then the audit's chain and the oracle."""
    found = []
    with kassa.Server(store="shop") as server:
        oracle = Oracle.of(server)
        shop = crashing.Crashing(server, env={"KASSA_SIMULATION_SECRET": SECRET}).start()
        for deed in deeds_of(oracle):
            for point in deed.points:
                found += die_at(shop, deed, point)
        verified = get(shop, "/admin/v1/audit/verification")
        if verified.status != 200 or not verified.json["valid"]:
            found.append(f"the audit's chain: {verified.bytes}")
        server.stop()
        return found + oracle.check()


RUNS = {
    "stock, settings, keys": (lambda oracle: [Counted(oracle), Set(), KeyMade(), KeyRevoked()]),
    "rules and codes": (lambda oracle: [Rule(), RuleRetired(), RulesImported(), CodesImported()]),
    "batches": (lambda oracle: [Synced("products"), Synced("prices"), Synced("stock", oracle)]),
    "orders and erasures": (lambda oracle: [Shipped(), Erased()]),
    "a payment under review, captured": (lambda oracle: [Decided("captured")]),
    "a payment under review, returned": (lambda oracle: [Decided("returned")]),
}
