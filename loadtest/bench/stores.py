"""One kassad on PostgreSQL and Redis beside one with the embedded stores, in the same minutes: what leaving the process
costs, held against what a bare client of the same servers pays."""

import contextlib
import os
from pathlib import Path

import machine
import measure
import redis_servers
import rig as rigs
from postgres_server import make
from postgres_pair import PostgresServer
from table import Series, plain

# Of the shared node's own rate: where latency shows the work, not the queue.
QUIET_SHARE = 0.2
ROUND_TRIPS = 1000
REPLAYED = 300
GATEWAY = "kassa_gateway_call_seconds"


class Servers:
    """PostgreSQL and Redis on the clients' core, where the generator is as well: kassad keeps its own to itself."""

    def __init__(self, folder):
        self.folder = Path(folder) / "servers"
        self.folder.mkdir()
        for parent in (self.folder, self.folder.parent):
            parent.chmod(0o711)  # The server's user passes through.
        self.stack = contextlib.ExitStack()
        try:
            with _first_on(machine.CLIENT_CORE):
                self.redis = redis_servers.RedisServer(self.folder)
                self.stack.callback(self.redis.kill)
                self.postgres = self._postgres()
            for pid in (self.redis.process.pid, self.postgres.pid):
                machine.put_first(pid)
        except BaseException:
            self.close()
            raise

    def _postgres(self):
        folder = self.folder / "postgres"
        folder.mkdir()
        conninfo = dict(word.split("=") for word in make(str(folder)).split())
        server = PostgresServer(folder, conninfo["port"]).start()
        self.stack.callback(server.stop)
        return server

    @property
    def settings(self):
        return {"KASSA_DATABASE": self.postgres.url, "KASSA_SESSIONS": f"redis://{self.redis.address}"}

    def session_bytes(self):
        """Of one session as it lies in Redis."""
        key = redis_servers.ask(self.redis.port, "RANDOMKEY").split(b"\r\n")[1].decode()
        return int(redis_servers.ask(self.redis.port, "STRLEN", key)[1:])

    def close(self):
        self.stack.close()


@contextlib.contextmanager
def _first_on(core):
    """What is started inside runs on that core, as root with the priority of the other measured processes."""
    cores, nice = os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0)
    os.sched_setaffinity(0, {int(core)})
    if os.geteuid() == 0:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        os.setpriority(os.PRIO_PROCESS, 0, nice)


def stores(bench):
    servers = Servers(bench.rig.folder)
    try:
        _updates(bench, servers)
        _completions(bench, servers)
    finally:
        for process in bench.rig.open:
            process.close()
        bench.rig.open.clear()
        servers.close()


def _updates(bench, servers):
    nodes = {
        "embedded": bench.rig.kassad("embedded"),
        "shared": bench.rig.kassad("shared", settings=servers.settings),
    }
    files = {name: bench.open_checkouts(node) for name, node in nodes.items()}
    cpu = {name: Series() for name in nodes}
    rate = {name: Series() for name in nodes}
    p50 = {name: Series() for name in nodes}
    trips = {name: Series() for name in ("ping", "set", "compare_and_set")}
    ratio, idle, full, extra = Series(), Series(), Series(), Series()

    def update(name, **more):
        return bench.update(nodes[name], files[name], **more)

    for _ in range(bench.rounds):
        closed = {name: update(name) for name in nodes}
        for name, result in closed.items():
            rate[name].add(result["units_per_second"], result["noise"])
        noises = [result["noise"] for result in closed.values()]
        full.add(closed["shared"]["server_us"] / closed["embedded"]["server_us"], *noises)
    busy = max(1, int(measure.OPEN_LOOP_SHARE * rate["shared"].median))
    for _ in range(bench.rounds):
        opened = {name: update(name, rate=busy) for name in nodes}
        for name, result in opened.items():
            cpu[name].add(result["server_us"], result["noise"])
        noises = [result["noise"] for result in opened.values()]
        ratio.add(opened["shared"]["server_us"] / opened["embedded"]["server_us"], *noises)
    arrivals = max(1, int(QUIET_SHARE * rate["shared"].median))
    size = servers.session_bytes()
    for _ in range(bench.rounds):
        opened = {name: update(name, rate=arrivals) for name in nodes}
        for name, result in opened.items():
            p50[name].add(result["unit"]["p50_us"], result["noise"])
        watch = machine.Watch()
        trip = bench.rig.yardstick("bare_redis", servers.redis.port, size, ROUND_TRIPS, arrivals)
        noise = watch.stop(0)
        for name, series in trips.items():
            series.add(trip[f"{name}_p50_us"], noise)
        noises = [result["noise"] for result in opened.values()]
        idle.add(opened["shared"]["server_us"] / opened["embedded"]["server_us"], *noises)
        extra.add(opened["shared"]["unit"]["p50_us"] - opened["embedded"]["unit"]["p50_us"], *noises)
    table = bench.table
    budget = p50["embedded"].median + 1.5 * trips["set"].median
    at = f"at {arrivals} a second"
    form = plain(0, " us")
    table.add("shared_update_p50_us", f"update: p50 with shared stores, {at}", p50["shared"], form, most=budget)
    table.add("embedded_update_p50_us", f"update: p50 embedded, {at}", p50["embedded"], form)
    table.add("update_extra_us", "update: what sharing adds to the p50, round by round", extra, plain(0, " us"))
    names = {"ping": "PING", "set": f"SET of {size} bytes", "compare_and_set": f"compare-and-set of {size} bytes"}
    for name, what in names.items():
        table.add(f"redis_{name}_us", f"bare Redis round trip: {what}", trips[name], plain(0, " us"))
    table.add(
        "update_cpu_ratio", f"update: CPU of kassad, times embedded, at {busy} a second", ratio, plain(2), most=1.3
    )
    table.add("update_idle_cpu_ratio", f"update: the same {at}", idle, plain(2))
    table.add("update_full_cpu_ratio", "update: the same, each as fast as it can", full, plain(2))
    for name in nodes:
        what = f"update: CPU of kassad, {name}, at {busy} a second"
        table.add(f"{name}_update_cpu_us", what, cpu[name], plain(1, " us"))
        table.add(f"{name}_update_rate", f"update: requests/s, {name}, 16 connections", rate[name], plain())
    nodes["embedded"].close()
    bench.rig.open.remove(nodes["embedded"])


def _completions(bench, servers):
    node = bench.rig.open[-1]
    complete, gateway, rows, ping = Series(), Series(), Series(), Series()
    again = 0

    def buy(**more):
        options = {"connections": measure.IN_FLIGHT, "seconds": bench.seconds, "agrees_again": True}
        return bench.load("purchase", node, node.plan, **options, **more)

    closed = buy()
    arrivals = max(1, int(QUIET_SHARE * closed["units_per_second"]))
    for _ in range(bench.rounds):
        before = rigs.buckets(node, GATEWAY)
        result = buy(rate=arrivals)
        again += result["shown_again"]
        complete.add(result["steps"]["complete"]["p50_us"] / 1e3, result["noise"])
        gateway.add(_median_ms(before, rigs.buckets(node, GATEWAY)), result["noise"])
        watch = machine.Watch()
        bare = bench.rig.yardstick("bare_postgres", servers.postgres.url, REPLAYED)
        trip = bench.rig.yardstick("bare_redis", servers.redis.port, 1024, ROUND_TRIPS // 10, arrivals)
        noise = watch.stop(0)
        rows.add(bare["both_p50_us"] / 1e3, noise)
        ping.add(trip["set_p50_us"] / 1e3, noise)
    table = bench.table
    budget = gateway.median + 2 * (ping.median + rows.median) + 2
    form = plain(2, " ms")
    table.add("complete_p50_ms", f"complete: p50, {arrivals} purchases a second", complete, form, most=budget)
    table.add("gateway_p50_ms", "complete: of that the sandbox gateway, p50", gateway, form)
    table.add("bare_rows_ms", "a purchase's two transactions by a bare libpq loop, p50", rows, form)
    table.tell("purchases/s with shared stores, 64 in flight", f"{closed['units_per_second']:,.0f}")
    if again:
        table.tell("completions that showed their totals once more", str(again))


def _median_ms(before, after):
    """Of the calls between two looks. Within the bucket that holds it, calls are taken for evenly spread."""
    grown = sorted((bound, count - before.get(bound, 0)) for bound, count in after.items())
    half = grown[-1][1] / 2
    low, below = 0.0, 0.0
    for bound, count in grown:
        if count >= half:
            return 1e3 * (low + (bound - low) * (half - below) / max(1.0, count - below))
        low, below = bound, count
    raise RuntimeError("no call of the gateway was counted")
