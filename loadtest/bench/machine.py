"""What /proc says about the machine and about a process, and how to pin: the measured server has core 0 for
itself, everything else runs on core 1."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = "0", "1"
NOISY_STEAL = 0.01
STORE_BYTES_MIN = 64 * 1024  # A thread that wrote more than this to files belongs to the store.


def pinned(core):
    """Command prefix. Root also asks for the highest priority, so that other work disturbs less."""
    priority = ["nice", "-n", "-20"] if os.geteuid() == 0 else []
    return ["taskset", "-c", core, *priority]


def cpu_seconds(pid):
    """utime + stime of all threads, ended ones included."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_bytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS")


def threads(pid):
    """{thread id: (CPU seconds, bytes written to files)}; sockets do not count as files."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        spent = int((task / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9
        written = dict(line.split(": ") for line in (task / "io").read_text(encoding="ascii").splitlines())
        found[task.name] = (spent, int(written["wchar"]))
    return found


def writers(before, after):
    """CPU seconds of the threads that wrote to files between two looks, the busiest file writer first."""
    moved = [
        (after[name][1] - before[name][1], after[name][0] - before[name][0])
        for name in after
        if name in before
    ]
    return [spent for written, spent in sorted(moved, reverse=True) if written > STORE_BYTES_MIN]


def put_first(pid):
    """The same for a server that leads a session of its own, until it ends."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text("-20", encoding="ascii")


@contextlib.contextmanager
def first_in_line():
    """As far as we may: Linux shares the processor between login sessions before it looks at any process's
    priority, so this session is put first for the time of the measurement."""
    file = Path("/proc/self/autogroup")
    try:
        before = file.read_text(encoding="ascii").split()[-1]
        file.write_text("-20", encoding="ascii")
    except (OSError, IndexError):  # The file is absent, read-only, or empty where groups are switched off.
        yield
        return
    try:
        yield
    finally:
        file.write_text(before, encoding="ascii")


@dataclass
class Noise:
    steal: float  # Share of both cores' time that the hypervisor took.
    foreign: float  # Busy time of anything but the measured processes, in cores.

    @property
    def noisy(self):
        return self.steal > NOISY_STEAL


class Watch:
    """Times and noise between construction and stop()."""

    def __init__(self, *pids):
        self.pids = pids
        self.begun = self._look()

    def _look(self):
        fields = [
            int(field) for field in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]
        ]
        busy = sum(fields) - fields[3] - fields[4] - fields[7]  # All but idle, iowait and steal.
        return sum(fields), busy, fields[7], sum(cpu_seconds(pid) for pid in self.pids)

    def stop(self, client_cpu_seconds):
        total, busy, steal, own = (now - then for now, then in zip(self._look(), self.begun))
        foreign = max(0.0, busy / TICK - own - client_cpu_seconds)
        wall = total / TICK / os.cpu_count()
        return Noise(steal=steal / total if total else 0.0, foreign=foreign / wall if wall else 0.0)
