"""Redis from Debian's package: one server, or a cluster of three primaries with a replica each."""

import socket
import subprocess
from pathlib import Path

from processes import Process, free_ports, program, wait_until

# What infra/compose and docs say as well: nothing is evicted, because a session that disappears early costs a read from
# the store; a primary that is silent for two seconds is replaced.
SETTINGS = ["--bind", "127.0.0.1", "--maxmemory-policy", "noeviction", "--save", "", "--appendonly", "no"]
NODE_TIMEOUT_MS = 2000


def ask(port, *words, timeout=5):
    """One command, its raw reply; for what a test needs to know, not for what Kassa does."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as wire:
        wire.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in map(str.encode, words)))
        with wire.makefile("rb") as reader:
            head = reader.readline()
            return head + reader.read(int(head[1:]) + 2) if head[:1] == b"$" and head != b"$-1\r\n" else head


def answers(port):
    try:
        return ask(port, "PING", timeout=1) == b"+PONG\r\n"
    except OSError:
        return False


class RedisServer:
    """One of them. `more`: further settings, as "--name", "value"."""

    def __init__(self, folder, name="redis", port=None, more=()):
        self.name = name
        self.port = port or free_ports(1)[0]
        self.folder = Path(folder) / name
        self.folder.mkdir(exist_ok=True)
        self.more = list(more)
        self.start()

    def start(self):
        command = [program("redis-server"), "--port", str(self.port), "--dir", str(self.folder), *SETTINGS, *self.more]
        self.process = Process(self.name, command, self.folder)
        wait_until(lambda: answers(self.port), f"{self.name} answers", process=self.process)
        return self

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def stop(self):
        return self.process.stop()

    def kill(self):
        return self.process.kill()


class RedisCluster:
    """Six servers, three of them replicas."""

    def __init__(self, folder):
        self.nodes = []
        ports = free_ports(12)
        try:
            for number, port in enumerate(ports[:6], 1):
                more = ["--cluster-enabled", "yes", "--cluster-node-timeout", str(NODE_TIMEOUT_MS)]
                # Among themselves; without this it is port + 10000, which may be somebody else's.
                more += ["--cluster-port", str(ports[number + 5])]
                # A slot without an owner refuses its own keys only.
                more += ["--cluster-require-full-coverage", "no"]
                self.nodes.append(RedisServer(folder, f"redis-{number}", port, more))
            addresses = [node.address for node in self.nodes]
            subprocess.run(
                [program("redis-cli"), "--cluster", "create", *addresses, "--cluster-replicas", "1", "--cluster-yes"],
                check=True,
                capture_output=True,
                timeout=60,
            )
            wait_until(self.is_whole, "the cluster is whole")
        except BaseException:
            self.stop()
            raise

    def living(self):
        return [node for node in self.nodes if node.process.alive]

    def is_whole(self):
        """Every living node says that all slots are served, and every replica is linked to its primary."""
        for node in self.living():
            if b"cluster_state:ok" not in ask(node.port, "CLUSTER", "INFO"):
                return False
            if b"cluster_slots_ok:16384" not in ask(node.port, "CLUSTER", "INFO"):
                return False
            state = ask(node.port, "INFO", "replication")
            if b"role:slave" in state and b"master_link_status:up" not in state:
                return False
        return sum(1 for node in self.living() if self.is_primary(node)) == 3

    @staticmethod
    def is_primary(node):
        return b"role:master" in ask(node.port, "INFO", "replication")

    def primaries(self):
        return [node for node in self.living() if self.is_primary(node)]

    def owner_of(self, key):
        """The primary that serves a key."""
        slot = int(ask(self.living()[0].port, "CLUSTER", "KEYSLOT", key)[1:])
        for node in self.primaries():
            for line in ask(node.port, "CLUSTER", "NODES").decode().splitlines():
                if "myself" in line:
                    for part in line.split()[8:]:
                        low, _, high = part.partition("-")
                        if not part.startswith("[") and int(low) <= slot <= int(high or low):
                            return node
        raise LookupError(f"nobody serves slot {slot}")

    @property
    def addresses(self):
        return [node.address for node in self.nodes]

    def stop(self):
        for node in self.nodes:
            node.kill()
