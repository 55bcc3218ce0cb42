#!/usr/bin/env python3
"""Fault row 1: kill -9 at every durable step.

For each crash point and its n-th hit: a shopper buys, the process dies there, it is started again, the shopper's
software retries with the same keys until it has a final answer. Then the oracle reads the database and the gateway's
book. --once: only the first hit of each.
"""

import http.client
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "support")]
import kassa  # noqa: E402
from oracle import Oracle  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
PATIENCE_SECONDS = 20
# Where other processes may serve the same shop, what a dead one began is taken up when its lease of 20 s has ended.
SHARED_PATIENCE_SECONDS = 60
STIR_SECONDS = 10
AT_ONCE, SHARED_AT_ONCE = 2, 6  # Waiting for leases costs no processor, but each server takes 30 connections.
PURCHASE_POINTS = [
    "person.before",
    "person.after",
    "reserve.before",
    "reserve.after",
    "gateway.before",
    "gateway.after",
    "outcome.before",
    "outcome.after",
    "reply.before",
    "journal.before",
    "journal.after",
    "group.before",
    "group.after",
]
DECLINE_POINTS = ["release.before", "release.after", "reserve.after", "gateway.after"]
PARK_POINTS = ["park.before", "park.after"]
CANCEL_POINTS = ["cancel.before", "cancel.after"]
RECOVERY_POINTS = ["complete.before", "complete.after", "outcome.before", "gateway.before"]


class Shopper:
    """Retries like a good SDK: same key for the same intent, until the answer is final."""

    def __init__(self, server, died_with=-9):
        self.server = server
        self.died_with = died_with
        self.deaths = 0
        self.create_key = kassa.new_key("create")
        self.complete_key = kassa.new_key("complete")
        self.checkout = None

    def buy(self, token="success_token"):
        """Returns the final answer of complete; restarts the server whenever it died."""
        end = time.monotonic() + (SHARED_PATIENCE_SECONDS if self.server.database else PATIENCE_SECONDS)
        while time.monotonic() < end:
            try:
                answer = self.step(token)
                if answer is not None:
                    return answer
            except (OSError, http.client.HTTPException):
                self.bury()
                self.server.start()
        raise AssertionError("no final answer in time")

    def bury(self):
        code = self.server.wait_dead()
        assert code == self.died_with, f"died with {code}, not as planned"
        self.deaths += 1

    def step(self, token):
        client = self.server.client()
        created = client.create([(ITEM, 1)], key=self.create_key, fulfillment=kassa.shipping_to(kassa.US))
        if created.status >= 500:
            return None  # A store on its way out; the next request meets a closed connection.
        assert created.status == 201, created.bytes
        self.checkout = created.json["id"]
        state = client.get(self.checkout)
        if (
            state.status == 200 and state.json.get("status") == "incomplete"
        ):  # New, or its last edit died with the process.
            client.choose_first_option(state.json)
        reply = client.complete(self.checkout, token, key=self.complete_key)
        if reply.status >= 500 or reply.status == 409:  # Still running elsewhere, or waiting for its lease.
            time.sleep(0.1)
            return None
        codes = [message.get("code") for message in reply.json.get("messages", [])]
        if "price_changed" in codes:  # Nobody knows any more what was shown last. This has shown it: a new click.
            self.complete_key = kassa.new_key("complete")
        return reply if reply.json.get("status") == "completed" or "payment_failed" in codes else None


def total_of(answer):
    return next(entry["amount"] for entry in answer.json["totals"] if entry["type"] == "total")


def start_to_crash(server, where):
    """Whether it died while starting, because some points are passed then; the next start is a clean one."""
    try:
        server.start(env={"CRASH_AT": where})
        return False
    except RuntimeError as died:
        assert "-9" in str(died), died
        server.start()
        return True


def stir(server):
    """Whether it dies of what goes on behind open checkouts: journal, keys of persons, duties."""
    end = time.monotonic() + STIR_SECONDS
    while time.monotonic() < end:
        try:
            server.client().create([(ITEM, 1)])
            time.sleep(0.05)
        except (OSError, http.client.HTTPException):
            assert server.wait_dead() == -9
            server.start()
            return True
    return False


def cancel_one(server):
    """Whether it dies of it. The same request again, with the same key, until it is answered."""
    died = False
    made = server.client().create([(ITEM, 1)]).json["id"]
    row = f"SELECT count(*) FROM checkout WHERE checkout_id = '{made}'"
    assert kassa.eventually(lambda: server.ask(row)[0][0] == 1)
    key = kassa.new_key("cancel")
    while True:
        try:
            reply = server.client().cancel(made, key=key)
            if reply.status < 500:
                assert reply.json["status"] == "canceled", reply.bytes
                return died
        except (OSError, http.client.HTTPException):
            assert server.wait_dead() == -9
            server.start()
            died = True


def one_run(point, n, token="success_token", second=None):
    """n times, because a purchase passes most points once; a run whose process did not die has shown nothing."""
    found, orders = [], []
    with kassa.Server(store="shop") as server:
        oracle = Oracle.of(server)
        died = start_to_crash(server, f"{point}:{n}")
        for _ in range(n):
            shopper = Shopper(server)
            if second:
                # Die once to leave work behind, then die again while that work is taken up.
                try:
                    while shopper.step(token) is None:
                        pass
                except (OSError, http.client.HTTPException):
                    shopper.bury()
                    died = start_to_crash(server, second)
                    shopper.deaths = 0
            answer = shopper.buy(token)
            again = shopper.buy(token)  # The same key once more: the same bytes, even if the process dies again here.
            if answer.json["status"] == "completed":
                orders.append((answer.json["order"]["id"], total_of(answer)))
            if again.bytes != answer.bytes:
                found.append("I11 a replay differs from the first final answer")
            died = died or shopper.deaths > 0
        if point.startswith("cancel"):
            died = cancel_one(server) or died
        if not died and not stir(server):
            found.append("the planned death did not happen")
        server.stop()
        found += oracle.check(orders)
    return found


def main():
    began = time.monotonic()
    hits = (1,) if "--once" in sys.argv else (1, 2, 3)
    runs = [(point, n, "success_token", None) for point in PURCHASE_POINTS for n in hits]
    runs += [(point, n, "fail_token", None) for point in DECLINE_POINTS for n in (1,)]
    runs += [(point, 1, "tok_timeout_after_charge", None) for point in PARK_POINTS]
    runs += [(point, 1, "success_token", None) for point in CANCEL_POINTS]
    runs += [("reserve.after", 1, "success_token", f"{point}:1") for point in RECOVERY_POINTS]
    bad = 0
    with kassa.Server() as probe:
        at_once = SHARED_AT_ONCE if probe.database else AT_ONCE
    with ThreadPoolExecutor(at_once) as pool:
        outcomes = pool.map(lambda run: one_run(*run), runs)
    for (point, n, token, second), found in zip(runs, outcomes):
        name = f"{point}:{n} {token}" + (f" then {second}" if second else "")
        print(("ok    " if not found else "FAIL  ") + name, *found, sep="\n      " if found else "", flush=True)
        bad += bool(found)
    print(f"{len(runs)} crashes, {bad} with violations, {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
