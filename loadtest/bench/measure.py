"""The measurements, one function each: docs/benchmarks.md says what they mean."""

import json
import subprocess
import time

import kassa
import machine
import rig as rigs
from table import Series, percent, plain

CONNECTIONS = 16
IN_FLIGHT = 64
OPEN_LOOP_SHARE = 0.6
OTHERS = ("person", "sandbox")  # Transactions of the other databases: keys of persons, the sandbox's book.
RESIDENT_BYTES_STOP = 1 << 30  # Far over the budget: no need to fill the machine's memory to say so.
MIB = 1 << 20


class Bench:
    """What the measurements share: the rig, how long and how often, the table, the errors seen."""

    def __init__(self, rig, table, *, rounds, seconds, warm_up, checkouts, sessions):
        self.rig, self.table = rig, table
        self.rounds, self.seconds, self.warm_up = rounds, seconds, warm_up
        self.checkouts, self.sessions = checkouts, sessions
        self.errors, self.reasons = 0, {}
        self.steals, self.foreigns = Series(), Series()

    def load(self, *arguments, **options):
        result = self.rig.load(*arguments, **options)
        self.count_errors(result)
        self.steals.add(result["noise"].steal, result["noise"])
        self.foreigns.add(result["noise"].foreign)
        return result

    def count_errors(self, result):
        self.errors += result["errors"]
        for why, count in result["reasons"].items():
            self.reasons[why] = self.reasons.get(why, 0) + count

    def open_checkouts(self, server):
        """Opens them, and returns the file that says which."""
        file = server.folder / "checkouts.json"
        options = {"connections": CONNECTIONS, "seconds": 120, "units": self.checkouts, "checkouts": file}
        if self.load("hold", server, server.plan, **options)["units"] < self.checkouts:
            self.fail("checkouts could not be prepared")
        return file

    def update(self, server, file, **more):
        """One round of updates."""
        options = {"connections": CONNECTIONS, "seconds": self.seconds, "warm_up": self.warm_up, "checkouts": file}
        return self.load("update", server, server.plan, **options, **more)

    def fail(self, why):
        self.errors += 1
        self.reasons[why] = self.reasons.get(why, 0) + 1


def start(bench):
    """From the start of the process to its first answer; the store is there already."""
    server = bench.rig.kassad("start")
    server.stop()
    times = Series()
    for _ in range(bench.rounds):
        watch, begun = machine.Watch(), time.monotonic()
        bench.rig.start(server)
        answer = kassa.Client(server.ready["http"]).call("GET", "/.well-known/ucp")
        took = time.monotonic() - begun
        if answer.status != 200:
            bench.fail("start: no profile")
        times.add(took * 1e3, watch.stop(0))
        server.stop()
    bench.table.add("start_ms", "start to first answer", times, plain(0, " ms"), most=300)


def resident(bench):
    """Resident memory with every session open."""
    server = bench.rig.kassad("resident")
    empty = machine.resident_bytes(server.process.pid)
    command = [
        *machine.pinned(machine.CLIENT_CORE),
        str(bench.rig.binaries / "load"),
        "hold",
        "--port",
        str(server.port),
        "--plan",
        str(server.plan),
        "--checkouts",
        str(server.folder / "held.json"),
        "--connections",
        "16",
        "--units",
        str(bench.sessions),
        "--seconds",
        "300",
    ]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    result = _watch_holder(holder, server)
    used = Series([machine.resident_bytes(server.process.pid) / MIB])
    holder.stdin.close()
    holder.wait(timeout=30)
    holder.stdout.close()
    server.close()
    held = f"{result['units']:,}" if result else "not even all"
    if result:
        bench.count_errors(result)
    bench.table.add("resident_mib", f"resident memory, {held} open sessions", used, plain(0, " MB"), most=150)
    bench.table.tell("resident memory before the first session", f"{empty / MIB:,.0f} MB")


def _watch_holder(holder, server):
    """The result of `load hold`, or None when memory ran away and the generator was ended."""
    while True:
        try:
            holder.wait(timeout=0)
            raise RuntimeError("load hold ended early")
        except subprocess.TimeoutExpired:
            pass
        if rigs.readable(holder.stdout, 0.2):
            return json.loads(holder.stdout.readline())
        if machine.resident_bytes(server.process.pid) > RESIDENT_BYTES_STOP:
            holder.terminate()
            return None


def requests(bench):
    """Reads and updates beside the yardstick: saturation, CPU, latency at 60 % of it."""
    server = bench.rig.kassad("requests")
    file = bench.open_checkouts(server)
    bare = bench.rig.bare(*_sample_answers(server, file))
    _compare(bench, "read", server, bare, file, least=0.70)
    _compare(bench, "update", server, bare, file, least=0.35)
    bare.close()
    bench.rig.open.remove(bare)
    server.close()


def _sample_answers(server, file):
    """Kassa's own answers to a read and to an update, for the yardstick to repeat."""
    checkout = json.loads(file.read_text(encoding="utf-8"))[0]
    client = server.client()
    choice = {
        "methods": [
            {"id": checkout["method"], "groups": [{"id": checkout["group"], "selected_option_id": "express"}]}
        ]
    }
    lines = [
        {"id": name, "item": {"id": f"item_{item}"}, "quantity": 2} for name, item, _ in checkout["lines"]
    ]
    update = client.update(checkout["id"], {"line_items": lines, "fulfillment": choice})
    read = client.get(checkout["id"])
    assert update.status == 200 and read.status == 200, (update.bytes, read.bytes)
    return read.bytes, update.bytes


def _compare(bench, scenario, server, bare, file, *, least):
    """Interleaved rounds of both servers, closed loop then open loop."""

    def run(target, **more):
        return bench.load(
            scenario,
            target,
            server.plan,
            connections=CONNECTIONS,
            seconds=bench.seconds,
            warm_up=bench.warm_up,
            checkouts=file,
            yardstick=target is bare,
            awake=True,
            **more,
        )

    ratio, cpu_ratio, rate, yardstick, cpu, bare_cpu = (Series() for _ in range(6))
    bound = 0
    for _ in range(bench.rounds):
        ours, theirs = run(server), run(bare)
        noises = ours["noise"], theirs["noise"]
        ratio.add(ours["units_per_second"] / theirs["units_per_second"], *noises)
        cpu_ratio.add(theirs["server_us"] / ours["server_us"], *noises)
        rate.add(ours["units_per_second"], noises[0])
        yardstick.add(theirs["units_per_second"], noises[1])
        cpu.add(ours["server_us"], noises[0])
        bare_cpu.add(theirs["server_us"], noises[1])
        bound += theirs["client_cpu_share"] > 0.95
    table = bench.table
    table.add(
        f"{scenario}_ratio", f"{scenario}: rate, share of the bare server's", ratio, percent, least=least
    )
    table.add(
        f"{scenario}_cpu_ratio",
        f"{scenario}: bare CPU per request / Kassa's",
        cpu_ratio,
        percent,
        least=least,
    )
    table.add(f"{scenario}_rate", f"{scenario}: requests/s", rate, plain())
    table.add(f"{scenario}_bare_rate", f"{scenario}: requests/s of the bare server", yardstick, plain())
    table.add(f"{scenario}_cpu_us", f"{scenario}: CPU per request", cpu, plain(1, " us"))
    table.add(
        f"{scenario}_bare_cpu_us",
        f"{scenario}: CPU per request of the bare server",
        bare_cpu,
        plain(1, " us"),
    )
    if bound:
        table.tell(
            f"{scenario}: rounds in which the generator, not the bare server, was at its limit", str(bound)
        )
    _latencies(
        bench, scenario, run, {"Kassa": (server, rate.median), "the bare server": (bare, yardstick.median)}
    )


def _latencies(bench, scenario, run, targets):
    seen = {(name, key): Series() for name in targets for key in ("p50_us", "p99_us")}
    for _ in range(bench.rounds):
        for name, (target, saturation) in targets.items():
            result = run(target, rate=max(1, int(saturation * OPEN_LOOP_SHARE)))
            for key in ("p50_us", "p99_us"):
                seen[name, key].add(result["unit"][key], result["noise"])
    for (name, key), series in seen.items():
        bench.table.add(
            f"{scenario}_{key}_{name.split()[-1].lower()}",
            f"{scenario}: {key[:3]} of {name} at 60 % of its rate",
            series,
            plain(0, " us"),
        )


def purchases(bench):
    """Purchases with 64 in flight: commits, rate beside group size 1, CPU of the store."""
    grouped = bench.rig.kassad("grouped")
    single = bench.rig.kassad("single", "--group-commit-max", "1")
    seen = {
        "all": Series(),
        "rate": Series(),
        "single": Series(),
        "gain": Series(),
        "cpu": Series(),
        "store": Series(),
    }
    commits, group = {}, Series()
    for _ in range(bench.rounds):
        ours = _purchase_round(bench, grouped)
        alone = _purchase_round(bench, single)
        bought = max(1, ours["units"])
        noises = ours["noise"], alone["noise"]
        for label, count in ours["commits"].items():
            commits.setdefault(label, Series()).add(count / bought, noises[0])
        seen["all"].add(sum(ours["commits"].values()) / bought, noises[0])
        seen["rate"].add(ours["units_per_second"], noises[0])
        seen["single"].add(alone["units_per_second"], noises[1])
        seen["gain"].add(ours["units_per_second"] / max(0.001, alone["units_per_second"]), *noises)
        seen["cpu"].add(ours["server_us"] * ours["requests"] / bought, noises[0])
        seen["store"].add(ours["store_cpu"] * 1e6 / bought, noises[0])
        group.add(ours["group"], noises[0])
    table = bench.table
    table.add("purchase_gain", "purchases/s, times those of group size 1", seen["gain"], plain(2), least=1.5)
    named = {label: series for label, series in commits.items() if label}
    for label, series in named.items():
        budget = {"most": 0.25} if label in ("main", "keys") else {}
        table.add(
            f"commits_{label}", f"commits for each purchase, {label} database", series, plain(3), **budget
        )
    table.add(
        "commits_all",
        "commits for each purchase, all databases",
        seen["all"],
        plain(3),
        **({} if named else {"most": 0.25}),
    )
    table.add("purchase_rate", "purchases/s, 64 in flight", seen["rate"], plain())
    table.add("purchase_rate_single", "purchases/s, group size 1", seen["single"], plain())
    table.add("purchase_group", "transactions in a commit", group, plain(1))
    table.add(
        "purchase_cpu_us", "CPU for each purchase (4 requests), all threads", seen["cpu"], plain(0, " us")
    )
    table.add("store_cpu_us", "CPU for each purchase, main database's writer", seen["store"], plain(0, " us"))
    grouped.stop()
    single.stop()
    _bare_store(bench, grouped, group.median)


def _purchase_round(bench, server):
    pid = server.process.pid
    before, threads = rigs.settled_counters(server), machine.threads(pid)
    result = bench.load("purchase", server, server.plan, connections=IN_FLIGHT, seconds=bench.seconds)
    after = rigs.settled_counters(server)
    spent = machine.writers(threads, machine.threads(pid))

    def grown(name):
        return {
            label: value - before.get(name, {}).get(label, 0) for label, value in after.get(name, {}).items()
        }

    if grown("kassa_orders_total").get("confirmed", 0) != result["units"]:
        bench.fail("purchases: as many orders as purchases were expected")
    result["commits"] = grown("kassa_store_commits_total")
    result["group"] = _group(grown("kassa_store_transactions_total"), result["commits"])
    result["store_cpu"] = spent[0] if spent else 0.0
    return result


def _group(transactions, commits):
    """Transactions in a commit of the main database; of all when the counter does not tell them apart."""
    if "main" in commits:
        transactions = {name: count for name, count in transactions.items() if not name.startswith(OTHERS)}
        commits = {"main": commits["main"]}
    return sum(transactions.values()) / max(1, sum(commits.values()))


def _bare_store(bench, server, group):
    """The same rows, in groups of the same size, by a loop that does nothing else."""
    source = bench.rig.copy_of_database(server)
    cpu = Series()
    for number in range(bench.rounds):
        command = [
            *machine.pinned(machine.SERVER_CORE),
            str(bench.rig.binaries / "bare_store"),
            str(source),
            str(bench.rig.folder / f"bare-{number}.db"),
            "2000",
            f"{group:.2f}",
        ]
        watch = machine.Watch()
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=120)
        result = json.loads(done.stdout)
        cpu.add(result["cpu_us_per_purchase"], watch.stop(0))
    bench.table.add(
        "bare_store_cpu_us",
        "CPU for each purchase, the same rows written by a bare loop",
        cpu,
        plain(0, " us"),
    )
