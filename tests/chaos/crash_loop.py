#!/usr/bin/env python3
"""Fault row 1: kill -9 at every durable step.

For each crash point and its n-th hit: a shopper buys, the process dies there, it is started again, the shopper's software
retries with the same keys until it has a final answer. Then the oracle reads the database and the gateway's book.
"""

import http.client
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "support")]
import kassa  # noqa: E402
from oracle import Oracle, stock_of  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
PURCHASE_POINTS = ["person.before", "person.after", "reserve.before", "reserve.after", "gateway.before", "gateway.after",
                   "outcome.before", "outcome.after", "reply.before", "journal.before", "journal.after", "group.before",
                   "group.after"]
DECLINE_POINTS = ["release.before", "release.after", "reserve.after", "gateway.after"]
RECOVERY_POINTS = ["complete.before", "complete.after", "outcome.before", "gateway.before"]


class Shopper:
    """Retries like a good SDK: same key for the same intent, until the answer is final."""

    def __init__(self, server):
        self.server = server
        self.create_key = kassa.new_key("create")
        self.complete_key = kassa.new_key("complete")
        self.checkout = None
        self.answers = []

    def buy(self, token="success_token", deadline=20):
        """Returns the final answer of complete; restarts the server whenever it died."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            try:
                answer = self._try(token)
                if answer is not None:
                    return answer
            except (OSError, http.client.HTTPException):
                code = self.server.wait_dead()
                assert code == -9, f"died with {code}, not by the crash point"
                self.server.start()
        raise AssertionError("no final answer in time")

    def _try(self, token):
        client = self.server.client()
        if self.checkout is None or client.get(self.checkout).status == 404 or self._lost(client):
            opened = client.open_ready([(ITEM, 1)], key=self.create_key)
            if opened["status"] != "ready_for_complete":
                self.create_key = kassa.new_key("create")  # An edit died with the process: begin again.
                return None
            self.checkout = opened["id"]
        reply = client.complete(self.checkout, token, key=self.complete_key)
        if reply.status == 409:  # Still running elsewhere, or waiting for its lease.
            time.sleep(min(1.0, float(reply.headers.get("retry-after", "1")) / 4))
            return None
        body = reply.json
        final = body.get("status") == "completed" or any(m.get("code") == "payment_failed" for m in body.get("messages", []))
        if final:
            self.answers.append(reply)
        return reply if final else None

    def _lost(self, client):
        state = client.get(self.checkout).json
        return "id" not in state or state["status"] == "incomplete"


def start_to_crash(server, where):
    """Some points are passed while starting; then the next start is a clean one."""
    try:
        server.start(env={"CRASH_AT": where})
    except RuntimeError as died:
        assert "-9" in str(died), died
        server.start()


def one_run(point, n, token="success_token", second=None):
    with kassa.Server(store="shop") as server:
        oracle = Oracle(server.data, stock_of(server.data))
        start_to_crash(server, f"{point}:{n}")
        shopper = Shopper(server)
        if second:
            # Die once to leave work behind, then die again while that work is taken up.
            try:
                while shopper._try(token) is None:
                    pass
            except (OSError, http.client.HTTPException):
                assert server.wait_dead() == -9
                start_to_crash(server, second)
        answer = shopper.buy(token)
        again = shopper.buy(token)  # The same key once more: the same bytes, even if the process dies again here.
        orders = [(answer.json["order"]["id"], next(t["amount"] for t in answer.json["totals"] if t["type"] == "total"))
                  ] if answer.json["status"] == "completed" else []
        server.stop()
        found = oracle.check(orders)
        if again.bytes != answer.bytes:
            found.append("I11 a replay differs from the first final answer")
    return found


def main():
    began = time.monotonic()
    runs = [(point, n, "success_token", None) for point in PURCHASE_POINTS for n in (1, 2, 3)]
    runs += [(point, n, "fail_token", None) for point in DECLINE_POINTS for n in (1,)]
    runs += [("reserve.after", 1, "success_token", f"{point}:1") for point in RECOVERY_POINTS]
    bad = 0
    for point, n, token, second in runs:
        found = one_run(point, n, token, second)
        name = f"{point}:{n} {token}" + (f" then {second}" if second else "")
        print(("ok    " if not found else "FAIL  ") + name, *found, sep="\n      " if found else "", flush=True)
        bad += bool(found)
    print(f"{len(runs)} crashes, {bad} with violations, {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
