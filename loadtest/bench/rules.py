"""What live discount rules cost a session update: the same store with them and without, side by side."""

import measure
from table import Series, plain


def rules(bench):
    targets = {"all rules": bench.rig.kassad("all"), "none": bench.rig.kassad("none", rules=0)}
    files = {name: bench.open_checkouts(server) for name, server in targets.items()}

    def run(name, **more):
        return bench.update(targets[name], files[name], awake=True, **more)

    cpu, cpu_ratio = {name: Series() for name in targets}, Series()
    slowest = None
    for _ in range(bench.rounds):
        round_ = {name: run(name) for name in targets}
        for name, result in round_.items():
            cpu[name].add(result["server_us"], result["noise"])
        cpu_ratio.add(
            round_["all rules"]["server_us"] / round_["none"]["server_us"], *(r["noise"] for r in round_.values())
        )
        slowest = min([slowest or float("inf"), *(result["units_per_second"] for result in round_.values())])
    p99_ratio = Series()
    for _ in range(bench.rounds):
        round_ = {name: run(name, rate=int(slowest * measure.OPEN_LOOP_SHARE)) for name in targets}
        p99_ratio.add(
            round_["all rules"]["unit"]["p99_us"] / round_["none"]["unit"]["p99_us"],
            *(r["noise"] for r in round_.values()),
        )
    for name, series in cpu.items():
        bench.table.add(f"rules_cpu_{name.split()[0]}", f"update, {name}: CPU per request", series, plain(1, " us"))
    bench.table.add("rules_cpu_ratio", "update: CPU with all rules / with none", cpu_ratio, plain(2), most=1.10)
    bench.table.add("rules_p99_ratio", "update: p99 with all rules / with none", p99_ratio, plain(2), most=1.25)
    for server in targets.values():
        server.close()
