#!/usr/bin/env python3
"""Fault row 1: kill -9 at every durable step.

For each crash point and its n-th hit: a shopper buys, the process dies there, it is started again, the shopper's
software retries with the same keys until it has a final answer. Then the oracle reads the database and the gateway's
book. merchant_steps and duty_steps do the same for everything else that is written. A step of the sources that no run
dies at is a failure. --once: only the first hit of each. Words choose the runs whose names have one of them.
"""

import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "support")]
import duty_steps  # noqa: E402
import kassa  # noqa: E402
import merchant_steps  # noqa: E402
from crashing import ITEM, LOST, Crashing, Shopper, total_of  # noqa: E402
from oracle import Oracle  # noqa: E402

STIR_SECONDS = 10
AT_ONCE, SHARED_AT_ONCE = 2, 8  # Waiting for leases costs no processor, but each server takes 30 connections.
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
# Their transactions know nothing of the order of things: once is enough.
BESIDE_POINTS = ["numbers.before", "numbers.after", "recorded_carts.before", "recorded_carts.after"]
START_POINTS = ["lapse.before", "lapse.after"]  # Where nobody else serves the shop.
DECLINE_POINTS = ["release.before", "release.after", "reserve.after", "gateway.after"]
PARK_POINTS = ["park.before", "park.after"]
CANCEL_POINTS = ["cancel.before", "cancel.after"]
RECOVERY_POINTS = ["complete.before", "complete.after", "outcome.before", "gateway.before"]
# Reads whose transaction is never committed; the store's own trial whether there is space again.
NOT_DURABLE = {"reading", "space"}


def start_to_crash(server, where):
    """Whether it died while starting, because some points are passed then; the next start is a clean one."""
    return Crashing(server).start(where).deaths > 0


def stir(server):
    """Whether it dies of what goes on behind open checkouts: journal, keys of persons, duties."""
    end = time.monotonic() + STIR_SECONDS
    shop = Crashing(server)
    while time.monotonic() < end and shop.deaths == 0:
        shop.ask(lambda client: client.create([(ITEM, 1)]))
        time.sleep(0.05)
    return shop.deaths > 0


def cancel_one(server):
    """Whether it dies of it. The same request again, with the same key, until it is answered."""
    shop = Crashing(server)
    made = shop.ask(lambda client: client.create([(ITEM, 1)])).json["id"]
    row = f"SELECT count(*) FROM checkout WHERE checkout_id = '{made}'"
    assert kassa.eventually(lambda: server.ask(row)[0][0] == 1)
    key = kassa.new_key("cancel")
    while True:
        reply = shop.ask(lambda client: client.cancel(made, key=key))
        if reply is not None and reply.status < 500:
            assert reply.json["status"] == "canceled", reply.bytes
            return shop.deaths > 0


def die_twice(server, shopper, token, second):
    """Once to leave work behind, then again while that work is taken up. Whether the second came while starting."""
    try:
        while shopper.step(shopper.connect(), token) is None:
            pass
    except LOST:
        shopper.bury()
        shopper.deaths = 0
        return start_to_crash(server, second)
    return False


def recording(server):
    """All carts are recorded, which is said when a server starts."""
    server.start()
    client = server.client("admin")
    now = client.call("GET", "/admin/v1/settings")
    more = {**now.json, "recorded_carts_percent": 100}
    done = client.call("PUT", "/admin/v1/settings", more, headers={"If-Match": now.headers["etag"]})
    assert done.status == 200, done.bytes
    client.connection.close()
    server.stop()


def one_run(server, point, n, token="success_token", second=None):
    """(what was wrong, acknowledged orders). n times, because a purchase passes most points once; a run whose process
    did not die has shown nothing."""
    found, orders = [], []
    if point.startswith("recorded_carts"):
        recording(server)
    died = start_to_crash(server, f"{point}:{n}")
    for _ in range(n):
        shopper = Shopper(server)
        if second:
            died = die_twice(server, shopper, token, second)
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
    return found, orders


def one_server(runs):
    """One after the other, the oracle after each."""
    found, orders = [], []
    with kassa.Server(store="shop") as server:
        oracle = Oracle.of(server)
        for run in runs:
            wrong, bought = one_run(server, *run)
            orders += bought
            found += [f"{run[0]}: {one}" for one in wrong + oracle.check(orders)]
    return found


def in_parts(points, most):
    return [points[i : i + most] for i in range(0, len(points), most)]


def buying(hits, shared):
    """(name, run, points) of each. Few to a server where a dead one's lease is waited for after most of them."""
    parts = [[(point, n) for point in part] for n in hits for part in in_parts(PURCHASE_POINTS, 3)]
    parts += [[(point, 1) for point in part] for part in (BESIDE_POINTS, [] if shared else START_POINTS) if part]
    parts += [[(point, 1, "fail_token") for point in part] for part in in_parts(DECLINE_POINTS, 2)]
    parts += [[(point, 1, "tok_timeout_after_charge") for point in PARK_POINTS]]
    parts += [[(point, 1) for point in CANCEL_POINTS]]
    parts += [[("reserve.after", 1, "success_token", f"{point}:1")] for point in RECOVERY_POINTS]
    for part in parts:
        name = ", ".join(f"{run[0]}:{run[1]}" + "".join(f" {how}" for how in run[2:]) for run in part)
        yield name, lambda part=part: one_server(part), {point for run in part for point in (run[0], *run[3:])}


def everything_else():
    """The longest waits first."""
    for name, (run, points) in duty_steps.RUNS.items():
        yield name, run, set(points)
    for name, deeds_of in merchant_steps.RUNS.items():
        points = {point for deed in deeds_of(None) for point in deed.points}
        yield name, lambda deeds_of=deeds_of: merchant_steps.run(deeds_of), points


def not_covered(runs, shared):
    """Steps of the sources that no run dies before and after."""
    hit = {point.split(":")[0] for _, _, points in runs for point in points}
    known = (kassa.ROOT / "services/platform/obs/failpoints.cpp").read_text()
    table = set(re.findall(r'"([a-z_]+)"', known.partition("kSteps[]")[2].partition("};")[0]))
    named = re.compile(r'[Tt]ransaction(?: \w+)?[({]"(\w+)"|transaction\.name = "(\w+)"')
    written = {name for file in (kassa.ROOT / "services").rglob("*.[ch]pp")
               for pair in named.findall(file.read_text()) for name in pair if name}
    durable = written - NOT_DURABLE
    left = {"lapse"} if shared else set()
    found = [f"{name}: written, and in no table of crash points" for name in sorted(durable - table)]
    found += [f"{name}: a crash point that nobody writes" for name in sorted(table - durable - {"gateway", "group"})]
    return found + [f"{name}.{side}: no run dies there" for name in sorted(table - left) for side in ("before", "after")
                    if f"{name}.{side}" not in hit]


def judged(run):
    """(what was wrong, seconds)."""
    began = time.monotonic()
    try:
        return run(), time.monotonic() - began
    except Exception as failure:  # One run must not hide what the others find.
        return [f"{type(failure).__name__}: {failure}"], time.monotonic() - began


def main():
    began = time.monotonic()
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    hits = (1,) if "--once" in sys.argv else (1, 2, 3)
    with kassa.Server(bundle=None) as probe:
        shared = bool(probe.database)
    runs = [*everything_else(), *buying(hits, shared)]
    bad = not_covered(runs, shared)
    print(*bad, sep="\n", end="\n" if bad else "")
    runs = [run for run in runs if not words or any(word in run[0] for word in words)]
    with ThreadPoolExecutor(SHARED_AT_ONCE if shared else AT_ONCE) as pool:
        outcomes = pool.map(lambda run: judged(run[1]), runs)
        for (name, _, _), (found, took) in zip(runs, outcomes):
            print(f"{'FAIL' if found else 'ok'}    {name} ({took:.0f} s)", *found, sep="\n      ", flush=True)
            bad += found
    print(f"{len(runs)} runs, {len(bad)} violations, {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
