"""Deaths at what goes on by itself: webhooks out, gateways' events in, money that comes late, expiry, retention, and
what the commands write.

Each run walks one server through its points: something is left to do, the process dies at it, is started again, and it
is done, once. Where a dead process held a lease on a webhook, the lease is ended by hand; all others are waited for.
"""

import hashlib
import hmac
import json
import os
import subprocess
import tempfile
import time

import kassa
import merchant_steps
from crashing import ITEM, Crashing, Shopper, bring, change, has_status, was_declined
from oracle import Oracle
from platform_server import Platform

GATEWAY_SECRET = "sandbox-needs-no-secret"  # The credentials of the sample store's gateway.
DAY = 24 * 3600 * 1000
WEBHOOK_POINTS = ("claim.before:1", "claim.after:1", "outbox.before:1", "outbox.after:1")
RETRY_POINTS = ("outbox.before:1", "outbox.after:1", "outbox.before:2", "outbox.after:2")
INBOX_POINTS = ("inbox.before:1", "inbox.after:1", "complete.before:1", "complete.after:1", "outcome.before:1",
                "outcome.after:1")
LATE_POINTS = ("inbox.before:1", "inbox.after:1", "complete.before:1", "complete.after:1")
RETURN_POINTS = ("complete.before:2", "complete.after:2", "late.before:1", "late.after:1")
EXPIRY_POINTS = ("expire.before:1", "expire.after:1")
# Six commits for rows that are over, one for checkouts that nobody completed, after their persons' keys.
RETENTION_POINTS = ("retention.before:1", "retention.after:1", "person.before:1", "person.after:1",
                    "retention.before:7", "retention.after:7")
SEARCH_POINTS = ("search_index.before:1", "search_index.after:1")
COMMAND_POINTS = ("init.before:1", "init.after:1", "new_keys.before:1", "new_keys.after:1", "import.before:1",
                  "import.after:1")


class Agent(Shopper):
    """Buys for an agent platform, which is told of its orders."""

    item, address, handler = "bouquet_roses", kassa.MARKET_STREET, "mock_payment_handler"

    def __init__(self, server, platform):
        super().__init__(server)
        self.platform = platform

    def connect(self):
        return kassa.Client(self.server.ready["http"], agent=self.platform.agent)


class FlowerShop:
    """A server of which a platform hears."""

    def __enter__(self):
        self.platform = Platform()
        self.server = kassa.Server(store="shop", bundle=kassa.ROOT / "tests/data/flower-shop")
        self.oracle = Oracle.of(self.server)
        self.shop = Crashing(self.server)
        return self

    def __exit__(self, *_):
        self.server.close()
        self.platform.close()

    def buy(self):
        agent = Agent(self.server, self.platform)
        done = agent.buy()
        self.shop.deaths += agent.deaths
        return done.json["order"]["id"], kassa.total_of(done.json)

    def end_leases(self):
        change(self.server, "UPDATE outbox SET claimed_until = 1 WHERE state = 'waiting' AND claimed_until > 1")

    def all_are_delivered(self):
        return self.server.ask("SELECT count(*) FROM outbox WHERE state <> 'delivered'") == [(0,)]

    def wrong(self, orders):
        self.server.stop()
        told = {order for order, in self.server.ask("SELECT order_id FROM outbox")}
        found = [f"I14 order {order} has no webhook" for order, _ in orders if order not in told]
        return found + self.oracle.webhooks_are_delivered(self.platform.deliveries) + self.oracle.check(orders)


def webhooks(points, failures):
    found, orders = [], []
    with FlowerShop() as flowers:
        shop = flowers.shop
        for point in points:
            flowers.platform.failures = len(flowers.platform.deliveries) + failures
            deaths = shop.deaths
            shop.start_again(point)
            orders.append(flowers.buy())
            if shop.deaths > deaths:
                flowers.end_leases()
            shop.until(lambda: shop.deaths > deaths, f"death at {point}", flowers.end_leases)
            shop.until(flowers.all_are_delivered, f"{point}: the delivery")
            if shop.deaths != deaths + 1:
                found.append(f"{point}: died {shop.deaths - deaths} times")
        return found + flowers.wrong(orders)


class Replayed(merchant_steps.Deed):
    points = ("replay.before:1", "replay.after:1")

    def __init__(self, flowers, event):
        self.flowers, self.event = flowers, event

    def prepare(self, shop):
        shop.until(self.flowers.all_are_delivered, "the delivery")
        change(shop.server, "UPDATE outbox SET state = 'dead'")

    def do(self, client):
        return client.call("POST", f"/admin/v1/dead-letters/{self.event}/replay", b"")

    def stands(self, shop):
        return shop.server.ask("SELECT count(*) FROM outbox WHERE state = 'dead'") == [(0,)]


def replays():
    """A dead letter is revived, and delivered."""
    with FlowerShop() as flowers:
        flowers.shop.start()
        order = flowers.buy()
        deed = Replayed(flowers, flowers.server.ask("SELECT event_id FROM outbox")[0][0])
        found = []
        for point in deed.points:
            found += merchant_steps.die_at(flowers.shop, deed, point)
            flowers.end_leases()  # It was killed while it may have been sending.
            flowers.shop.until(flowers.all_are_delivered, f"{point}: the delivery")
        return found + flowers.wrong([order])


def event(charge, reference):
    told = {"id": f"evt_{charge}", "type": "charge.captured", "charge": {"id": charge, "reference": reference}}
    body = json.dumps(told).encode()
    at = int(time.time())
    digest = hmac.new(GATEWAY_SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Sandbox-Signature": f"t={at},v1={digest}"}
    return lambda client: client.call("POST", "/gateways/sandbox/webhooks", body, headers=headers)


def tell(shop, charge, reference, point):
    """As gateways do: again and again, until it is taken. What was wrong."""
    inbox = f"SELECT count(*) FROM inbox WHERE event_key = 'evt_{charge}'"
    reply = shop.ask(event(charge, reference))
    found = []
    if reply is None and point.startswith("inbox") and shop.server.ask(inbox) != [(int(".after" in point),)]:
        found.append(f"{point}: {shop.server.ask(inbox)} rows after a death there")
    while reply is None or reply.status >= 500:
        reply = shop.ask(event(charge, reference))
    if reply.status != 200:
        found.append(f"{point}: {reply.status} {reply.bytes}")
    shop.until(lambda: shop.server.ask(inbox) == [(1,)], "the event's row")
    return found


def gateway_events():
    """A buyer approved, and only the gateway's event says so."""
    found, orders = [], []
    with kassa.Server(store="shop") as server:
        oracle = Oracle.of(server)
        shop = Crashing(server).start()
        for point in INBOX_POINTS:
            made, parked = bring(shop, "tok_action", has_status("requires_escalation"))
            charge = parked["continue_url"].rsplit("/", 1)[1]
            # From here on only an event makes it ask.
            change(server, "UPDATE idempotency SET lease_until = lease_until + 3600000 WHERE state = 'running'")
            approve = f"/testing/sandbox/authorize/{charge}?ok=true&notify=false"
            reference = shop.ask(lambda client: client.call("POST", approve)).json["reference"]
            deaths = shop.deaths
            shop.start_again(point)
            found += tell(shop, charge, reference, point)
            done = f"/ucp/v1/checkout-sessions/{made}"
            shop.until(lambda: shop.deaths > deaths, f"death at {point}")
            shop.until(lambda: merchant_steps.get(shop, done, "http").json["status"] == "completed", f"{point}: order")
            if shop.deaths != deaths + 1:
                found.append(f"{point}: died {shop.deaths - deaths} times")
            ended = merchant_steps.get(shop, done, "http").json
            orders.append((ended["order"]["id"], kassa.total_of(ended)))
        server.stop()
        return found + oracle.check(orders)


def late_money(points):
    """The gateway says of a declined charge, which nobody waits for, that it was captured after all."""
    found = []
    with kassa.Server(store="shop") as server:
        oracle = Oracle.of(server)
        shop = Crashing(server).start()
        for point in points:
            bring(shop, "fail_token", was_declined)
            newest = "SELECT attempt_id, gateway_key FROM attempt ORDER BY created_at DESC LIMIT 1"
            attempt, key = server.ask(newest)[0]
            change(server, f"UPDATE charge SET state = 'captured' WHERE gateway_key = '{key}'", "sandbox")
            booked = f"SELECT charge_id, reference FROM charge WHERE gateway_key = '{key}'"
            charge, reference = change(server, booked, "sandbox").split("|")
            deaths = shop.deaths
            shop.start_again(point)
            found += tell(shop, charge, reference, point)
            shop.until(lambda: shop.deaths > deaths, f"death at {point}")
            open_work = "SELECT count(*) FROM idempotency WHERE state = 'running'"
            shop.until(lambda: server.ask(open_work) == [(0,)], f"{point}: the end of it")
            if shop.deaths != deaths + 1:
                found.append(f"{point}: died {shop.deaths - deaths} times")
            back = f"SELECT count(*), sum(refunded - amount) FROM charge WHERE gateway_key = '{key}'"
            if change(server, back, "sandbox") != "1|0":
                found.append(f"{point}: the gateway has {change(server, back, 'sandbox')}")
            kept = server.ask(f"SELECT captured, refunded - amount FROM attempt WHERE attempt_id = '{attempt}'")
            if kept[0][0] == 0 or kept[0][1] != 0:
                found.append(f"{point}: the attempt has {kept}")
        server.stop()
        return found + oracle.check()


def expiry():
    """Leftovers that no step makes, for instance of an attempt that was ended by hand: the goods come back."""
    found = []
    with kassa.Server(store="shop") as server:
        oracle = Oracle.of(server)
        shop = Crashing(server).start()
        for point in EXPIRY_POINTS:
            bring(shop, "tok_action", has_status("requires_escalation"))
            server.kill()
            change(server, "DELETE FROM idempotency WHERE state = 'running'")
            change(server, "UPDATE attempt SET state = 'declined'")
            change(server, "UPDATE reservation SET expires_at = 1 WHERE state = 'live'")
            deaths = shop.deaths
            shop.start(point)
            shop.until(lambda: shop.deaths > deaths, f"death at {point}")
            held = "SELECT (SELECT count(*) FROM reservation WHERE state = 'live') + (SELECT sum(reserved) FROM stock)"
            shop.until(lambda: server.ask(held) == [(0,)], f"{point}: the goods")
            if shop.deaths != deaths + 1:
                found.append(f"{point}: died {shop.deaths - deaths} times")
        server.stop()
        return found + oracle.check()


def retention():
    """Of a checkout that nobody completed nothing stays, its person's key first."""
    found = []
    with kassa.Server(store="shop") as server:
        oracle = Oracle.of(server)
        shop = Crashing(server, flags=("--abandoned-checkout-days", "7")).start()
        for point in RETENTION_POINTS:
            mine = {"email": f"{kassa.new_key('ben')}@shopper.example"}
            made = shop.ask(lambda client: client.create([(ITEM, 1)], buyer=mine)).json["id"]
            row = f"SELECT person_id FROM checkout WHERE checkout_id = '{made}'"
            shop.until(lambda: server.ask(row), "the journal")
            person = server.ask(row)[0][0]
            assert server.stop() == 0
            change(server, f"UPDATE checkout SET expires_at = expires_at - {8 * DAY}")
            deaths = shop.deaths
            shop.start(point)
            shop.until(lambda: shop.deaths > deaths, f"death at {point}")
            key = f"SELECT count(*) FROM person_key WHERE person_id = '{person}'"
            shop.until(lambda: not server.ask(row) and change(server, key, "keys") == "0", f"{point}: the end of it")
            if shop.deaths != deaths + 1:
                found.append(f"{point}: died {shop.deaths - deaths} times")
        server.stop()
        return found + oracle.check()


def search_index():
    """After an upgrade: products that the search does not know."""
    found = []
    with kassa.Server(store="shop") as server:
        shop = Crashing(server)
        for point in SEARCH_POINTS:
            change(server, "UPDATE product_search SET folding = folding - 1")
            change(server, "UPDATE search_change SET n = n + 1")
            shop.start_again(point)
            unknown = "SELECT count(*) FROM product_search WHERE folding <> (SELECT max(folding) FROM product_search)"
            if server.ask(unknown) != [(0,)] or not server.ask("SELECT 1 FROM product_search LIMIT 1"):
                found.append(f"{point}: {server.ask(unknown)} products are not in the index")
            server.stop()
        if shop.deaths != len(SEARCH_POINTS):
            found.append(f"died {shop.deaths} times")
        return found + Oracle.of(server).check()


def commands():
    """A store is made whole or not at all, and so is what is imported."""
    with kassa.Server(store="first", bundle=None) as server:
        found = init_dies(server) + new_keys_die(server) + import_dies(server)
        return found + Oracle.of(server).check()


def kassad(server, where, command, *more):
    place = ["--data", str(server.data), "--store", server.store]
    crash = {"CRASH_AT": where} if where else {}
    return subprocess.run([kassa.binary(), command, *place, *more], capture_output=True, text=True, check=False,
                          timeout=60, env={**os.environ, **server.engines, **crash})


def init_dies(server):
    found = []
    for store, point, stands in (("second", "init.before:1", False), ("third", "init.after:1", True)):
        server.store = store
        died = kassad(server, point, "init", "--json")
        rows = server.ask(f"SELECT (SELECT count(*) FROM store WHERE store_id = '{store}'), "
                          f"(SELECT count(*) FROM api_key WHERE store_id = '{store}')")
        again = kassad(server, None, "init", "--json")
        if died.returncode != -9 or died.stdout or rows != [(1, 2) if stands else (0, 0)]:
            found.append(f"{point}: ended with {died.returncode}, {rows}")
        # Its keys were never told: the handle is taken, and says so.
        if (again.returncode == 0) == stands or (stands and "exists" not in again.stderr):
            found.append(f"{point}: init again ended with {again.returncode}: {again.stderr}")
    return found


def new_keys_die(server):
    """The store of the last init, whose keys were never told."""
    found = []
    valid = f"SELECT key_id FROM api_key WHERE store_id = '{server.store}' AND revoked_at IS NULL ORDER BY key_id"
    for point, stands in (("new_keys.before:1", False), ("new_keys.after:1", True)):
        before = server.ask(valid)
        died = kassad(server, point, "init", "--new-keys", "--json")
        after = server.ask(valid)
        changed = not set(before) & set(after)
        if died.returncode != -9 or died.stdout or len(after) != 2 or changed != stands:
            found.append(f"{point}: ended with {died.returncode}, {before} became {after}")
    again = kassad(server, None, "init", "--new-keys", "--json")
    if again.returncode != 0 or "secret_key" not in again.stdout:
        found.append(f"new keys again ended with {again.returncode}: {again.stderr}")
    return found


def import_dies(server):
    found = []
    server.store = "first"
    with tempfile.TemporaryDirectory() as folder:
        bundle = kassa.sample_store(folder, [])
        count = "SELECT (SELECT count(*) FROM product), (SELECT count(*) FROM stock), (SELECT count(*) FROM discount)"
        nothing = server.ask(count)
        died = kassad(server, "import.before:1", "import", str(bundle))
        if died.returncode != -9 or server.ask(count) != nothing:
            found.append(f"import.before: ended with {died.returncode}, {server.ask(count)}")
        died = kassad(server, "import.after:1", "import", str(bundle))
        all_of_it = server.ask(count)
        again = kassad(server, None, "import", str(bundle))
        if died.returncode != -9 or again.returncode != 0 or '"applied":false' not in again.stdout:
            found.append(f"import.after: ended with {died.returncode}, then {again.returncode}: {again.stdout}")
        if all_of_it == nothing or server.ask(count) != all_of_it:
            found.append(f"import.after: {all_of_it}, then {server.ask(count)}")
    return found


RUNS = {
    "webhooks": (lambda: webhooks(WEBHOOK_POINTS, 0), WEBHOOK_POINTS),
    "webhooks that are refused once": (lambda: webhooks(RETRY_POINTS, 1), RETRY_POINTS),
    "dead letters": (replays, Replayed.points),
    "gateways' events": (gateway_events, INBOX_POINTS),
    "late money": (lambda: late_money(LATE_POINTS), LATE_POINTS),
    "late money given back": (lambda: late_money(RETURN_POINTS), RETURN_POINTS),
    "expiry": (expiry, EXPIRY_POINTS),
    "retention": (retention, RETENTION_POINTS),
    "the search's index": (search_index, SEARCH_POINTS),
    "init and import": (commands, COMMAND_POINTS),
}
