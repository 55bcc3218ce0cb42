#!/usr/bin/env python3
"""./dev chaos: the whole of ./dev cluster loses one part after the other under load, and no order.

Starts Redis Cluster, PostgreSQL with its synchronous standby, two kassad and haproxy; measures what one kassad can
sell; then shoppers arrive at a fifth of that, constantly. For each fault: some seconds of peace, the fault, some
seconds after it, the last shopper's last answer, and the oracle's look at the database and the gateway's book. Prints
a table.

Ends with 1 when an invariant is broken, a shopper got a wrong answer, the sales did not come back in time, or a request
met a process that was going in a rolling restart.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/chaos", "tests/support", "loadtest/bench")]
sys.dont_write_bytecode = True
import bundle  # noqa: E402
import kassa  # noqa: E402
import redis_servers  # noqa: E402
import shoppers  # noqa: E402
from cluster import Cluster  # noqa: E402
from oracle import Oracle, Schema, stock_of  # noqa: E402
from processes import wait_until  # noqa: E402

PRODUCTS, RULES = 500, 100
SHARE = 0.2
BACK_SHARE, WINDOW_SECONDS, BACK_SECONDS_MAX = 0.95, 2.0, 10.0
PEACES_MAX = 5
DOWN_SECONDS = 2  # How long a killed process stays away.


def kill_kassad(cluster):
    """kill -9 of one kassad, started again after two seconds"""
    cluster.nodes[0].kill()
    time.sleep(DOWN_SECONDS)
    cluster.nodes[0].start(cluster.url)


def restart_redis(cluster):
    """all six Redis restart, empty"""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda node: node.stop(), cluster.redis.nodes))
        list(pool.map(lambda node: node.start(), cluster.redis.nodes))
    wait_until(cluster.redis.is_whole, "the redis cluster is whole again", timeout=60)


def flush_redis(cluster):
    """FLUSHALL on every Redis primary"""
    for node in cluster.redis.primaries():
        redis_servers.ask(node.port, "FLUSHALL")


def fail_over_redis(cluster):
    """kill -9 of a Redis primary, its replica takes over"""
    cluster.redis.primaries()[0].kill()
    wait_until(cluster.redis.is_whole, "the redis cluster is whole again", timeout=60)


def restart_postgres(cluster):
    """the PostgreSQL primary restarts"""
    cluster.postgres.primary.restart()


def promote_standby(cluster):
    """the PostgreSQL primary is lost, the synchronous standby promoted"""
    cluster.postgres.fail_over()


def rolling_restart(cluster):
    """both kassad restart, one after the other"""
    for node in cluster.nodes:
        code = node.stop()
        if code != 0:
            raise RuntimeError(f"{node.name} ended with {code}")
        node.start(cluster.url)
        wait_until(lambda: cluster.backends() == 2, "haproxy finds both kassad ready")


# The last one leaves no standby.
FAULTS = [
    kill_kassad,
    rolling_restart,
    flush_redis,
    restart_redis,
    fail_over_redis,
    restart_postgres,
    promote_standby,
]
QUICK = [kill_kassad, promote_standby]
UNNOTICED = [rolling_restart]


@dataclass
class Sales:
    """Acknowledged orders over time."""

    ended: list

    def rate(self, begin, end):
        return sum(begin <= at < end for at in self.ended) / max(0.001, end - begin)

    def lowest(self, begin, end):
        """Of any second."""
        last = max(begin, end - 1)
        steps = int((last - begin) * 10) + 1
        return min(self.rate(begin + step / 10, begin + step / 10 + 1) for step in range(steps))

    def back_after(self, before, end, watched):
        """Seconds from the fault's end to the first two seconds that sell as before, in which it stays; or None."""
        steps = int((watched - WINDOW_SECONDS - end) * 10) + 1
        for step in range(max(0, steps)):
            at = end + step / 10
            window = self.rate(at, at + WINDOW_SECONDS)
            if window >= BACK_SHARE * before and self.rate(at, watched) >= BACK_SHARE * before:
                return at - end
        return None


class Campaign:
    def __init__(self, cluster, before, after, judges_speed):
        self.cluster, self.before, self.after, self.judges_speed = cluster, before, after, judges_speed
        self.plan = json.loads((cluster.folder / "plan.json").read_text())
        self.stock = stock_of(Schema(cluster.postgres.url, "kassa"))
        self.told = []
        self.rows, self.bad = [], []

    def single_node_maximum(self, seconds):
        """Purchases a second of one kassad on these stores, by the load generator, without haproxy."""
        command = [str(Path(kassa.binary()).parent / "load"), "purchase", "--connections", "64"]
        command += ["--port", self.cluster.nodes[0].address.rpartition(":")[2], "--seconds", str(seconds)]
        command += ["--plan", str(self.cluster.folder / "plan.json"), "--warm-up-seconds", "1", "--agrees-again", "yes"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 90)
        # At its limit Redis may miss its 20 ms, and an edit is lost: that says nothing yet.
        return json.loads(done.stdout)["units_per_second"]

    async def run(self, fault, rate):
        connections = shoppers.Connections(
            self.cluster.port, self.cluster.certificate, self.cluster.keys["secret_key"]
        )
        items = [item["id"] for item in self.plan["items"]]
        load = shoppers.Load(connections, items, [option["id"] for option in self.plan["options"]], rate).start()
        await asyncio.sleep(2)  # Connections are made.
        for _ in range(PEACES_MAX):
            calm = time.monotonic()
            await asyncio.sleep(self.before)
            begun = time.monotonic()
            if Sales(load.account.ended).rate(calm, begun) >= BACK_SHARE * rate:
                break  # Nothing else disturbs this machine.
        await asyncio.to_thread(fault, self.cluster)
        over = time.monotonic()
        await asyncio.sleep(self.after)
        watched = time.monotonic()
        account = await load.stop()
        connections.close()
        found = await asyncio.to_thread(self.judge, account)
        self.tell(fault, account, (calm, begun, over, watched), found)

    def judge(self, account):
        """What the oracle finds when nothing is in flight: a killed process' leases have run out."""
        self.told += account.bought
        oracle = Oracle.of_database(self.cluster.postgres.url, self.stock)
        kassa.eventually(lambda: not oracle.nothing_stuck(), timeout=60)
        return oracle.check(self.told) + account.wrong

    def tell(self, fault, account, times, found):
        calm, begun, over, watched = times
        sales = Sales(account.ended)
        before = sales.rate(calm, begun)
        back = sales.back_after(before, over, watched)
        errors = sum(account.errors.values())
        lost = sum(one.startswith("I3 acknowledged") for one in found)
        double = sum(one.startswith(("I1 ", "I2 ", "I16")) for one in found)
        short = back is None or back > BACK_SECONDS_MAX
        noticed = fault in UNNOTICED and (account.unreached() or account.gave_up)
        self.rows.append(
            {
                "fault": fault.__doc__,
                "lasted, s": f"{over - begun:.1f}",
                "orders/s before": f"{before:.1f}",
                "worst second": f"{sales.lowest(begun, watched):.0f}",
                "95 % back after": "never" if back is None else f"{back:.1f} s",
                "slowest, s": f"{max(account.took, default=0):.1f}",
                "errors seen": str(errors),
                "done again": str(sum(account.again.values())),
                "gave up": str(len(account.gave_up)),
                "acknowledged": str(len(account.bought)),
                "lost": str(lost),
                "double charges": str(double),
                "other": str(len(found) - lost - double),
                "verdict": "BROKEN" if found else "slow" if short else "noticed" if noticed else "pass",
            }
        )
        seen = f"{dict(account.errors)} {dict(account.again)}"
        print(f"chaos: {fault.__doc__}: {self.rows[-1]['verdict']} {seen}", file=sys.stderr, flush=True)
        self.bad += found
        if noticed:
            self.bad.append(f"{fault.__doc__}: shoppers noticed it")
        if short and self.judges_speed:
            self.bad.append(f"{fault.__doc__}: sales came back too late")

    def table(self):
        lines = [list(self.rows[0])] + [list(row.values()) for row in self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
        return "\n".join([text[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *text[1:]])


def arguments():
    parser = argparse.ArgumentParser(prog="./dev chaos", description=__doc__.splitlines()[0])
    names = [fault.__name__ for fault in FAULTS]
    parser.add_argument("--quick", action="store_true", help="two faults unless others are named; speed is not judged")
    parser.add_argument("--only", choices=names, action="append", help="one fault; may be repeated")
    parser.add_argument("--rate", type=float, help="purchases a second, instead of a fifth of the measured maximum")
    parser.add_argument("--before", type=float, help="seconds of peace before each fault", default=5)
    parser.add_argument("--after", type=float, help="seconds of load after each fault", default=15)
    parser.add_argument("--json", metavar="FILE", help="also write the rows there")
    parser.add_argument("--folder", help="of data and logs, kept afterwards; otherwise a temporary one")
    chosen = parser.parse_args()
    wanted = chosen.only or [fault.__name__ for fault in (QUICK if chosen.quick else FAULTS)]
    chosen.faults = [fault for fault in FAULTS if fault.__name__ in wanted]
    if chosen.quick:
        chosen.before, chosen.after = 3, 6
    return chosen


def run(chosen, folder):
    goods = folder / "bundle"
    bundle.write_bundle(goods, PRODUCTS, RULES)
    (folder / "cluster").mkdir()
    with Cluster(folder / "cluster", bundle=goods) as cluster:
        bundle.write_plan(cluster.folder / "plan.json", cluster.keys["secret_key"], PRODUCTS, RULES)
        campaign = Campaign(cluster, chosen.before, chosen.after, not chosen.quick)
        rate = chosen.rate
        if rate is None:
            most = campaign.single_node_maximum(2 if chosen.quick else 8)
            rate = max(2.0, SHARE * most)
            print(f"one kassad sells {most:.0f} orders/s here; shoppers arrive {rate:.1f} times a second", flush=True)
        try:
            for fault in chosen.faults:
                asyncio.run(campaign.run(fault, rate))
        finally:  # Also what was seen before something failed.
            if campaign.rows:
                print(campaign.table(), flush=True)
        for fault in campaign.bad:
            print(f"  {fault}")
        if chosen.json:
            Path(chosen.json).write_text(json.dumps(campaign.rows, indent=1))
        return 1 if campaign.bad else 0


def main():
    chosen = arguments()
    # haproxy counts requests by address, and all shoppers have the same.
    os.environ["KASSA_REQUESTS_IN_10S"] = "1000000"
    with contextlib.ExitStack() as stack:
        folder = chosen.folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="kassa-chaos-"))
        Path(folder).mkdir(exist_ok=True)
        Path(folder).chmod(0o711)  # The servers' users pass through.
        return run(chosen, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
