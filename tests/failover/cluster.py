"""The parts of docker-compose.scale.yml that a failover involves, as processes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.concurrency import wait_until
from tests.failover.etcd import Etcd, Link
from tests.failover.node import API_TIMEOUT_S, PASSWORD, PROGRAMS, ROOT, Node
from tests.processes import free_port

HAPROXY = ROOT / "deploy" / "haproxy" / "haproxy.cfg"
HEALTHY_S = 120


class Cluster:
    def __init__(self, directory: Path) -> None:
        self.etcd = Etcd(directory)
        self.nodes = []
        for number in (1, 2, 3):
            node_directory = directory / f"db-{number}"
            node_directory.mkdir()
            link = Link(node_directory, self.etcd)
            self.nodes.append(Node(node_directory.name, node_directory, link))
        self.port = free_port()
        # As Patroni reports it.
        self._standby_role = "quorum_standby"

    @property
    def host(self) -> str:
        """The address of HAProxy, which forwards to the primary."""
        return f"127.0.0.1:{self.port}"

    def haproxy_configuration(self) -> str:
        """As deployed, except for addresses."""
        text = HAPROXY.read_text()
        text = text.replace("bind :5432", f"bind {self.host}")
        text = text.replace("bind :8404", f"bind 127.0.0.1:{free_port()}")
        text = text.replace(" check port 8008 ", " check ")
        for node in self.nodes:
            deployed = f"server {node.name} {node.name}:5432"
            assert deployed in text
            text = text.replace(deployed, f"server {node.name} {node.host} port {node.api_port}")
        return text

    def members(self) -> dict[str, dict]:
        """The nodes by name, as reported by the first that responds."""
        for node in self.nodes:
            try:
                response = requests.get(f"{node.api}/cluster", timeout=API_TIMEOUT_S)
            except requests.RequestException:
                continue
            return {member["name"]: member for member in response.json()["members"]}
        return {}

    def is_healthy(self) -> bool:
        """All nodes are on one timeline, and both standbys stream in the expected role."""
        members = self.members()
        states = sorted((each["role"], each["state"]) for each in members.values())
        timelines = {each.get("timeline") for each in members.values()}
        expected = [("leader", "running"), *[(self._standby_role, "streaming")] * 2]
        return states == expected and len(timelines) == 1

    def wait_until_healthy(self) -> float:
        try:
            return wait_until(self.is_healthy, "the cluster is healthy", HEALTHY_S)
        except TimeoutError:
            sys.stderr.write(f"{self.members()}\n")
            for node in self.nodes:
                sys.stderr.write(f"{node.name}:\n{node.log.read_text()[-4000:]}\n")
            raise

    def primary(self) -> Node:
        """Raises LookupError if there is none."""
        members = self.members()
        for node in self.nodes:
            if members.get(node.name, {}).get("role") == "leader":
                return node
        raise LookupError(f"no primary: {members}")

    def standbys(self) -> list[Node]:
        primary = self.primary()
        return [each for each in self.nodes if each is not primary]

    def _configure(self, **settings) -> None:
        """Change the settings of the cluster, as `patronictl edit-config` does."""
        api = self.primary().api
        requests.patch(
            f"{api}/config", json=settings, auth=("patroni", PASSWORD), timeout=API_TIMEOUT_S
        ).raise_for_status()

    def replicate_asynchronously(self) -> None:
        self._configure(synchronous_mode=False)
        self._standby_role = "replica"
        self.wait_until_healthy()

    def replicate_synchronously(self) -> None:
        self._configure(synchronous_mode="quorum")
        self._standby_role = "quorum_standby"
        self.wait_until_healthy()

    def patronictl(self, command: str, *arguments: str) -> None:
        configuration = str(self.nodes[0].configuration)
        program = [str(PROGRAMS / "patronictl"), "-c", configuration]
        subprocess.run([*program, command, *arguments], capture_output=True, check=True)


@contextmanager
def a_cluster() -> Iterator[Cluster]:
    """A healthy cluster. At the end, all its processes are killed."""
    with TemporaryDirectory(prefix="turnout-failover-") as name, ExitStack() as stack:
        directory = Path(name)
        directory.chmod(0o755)
        cluster = Cluster(directory)
        for member in cluster.etcd.members:
            member.start()
            stack.callback(member.kill)
        cluster.etcd.wait_until_ready()
        for node in cluster.nodes:
            node.link.start()
            stack.callback(node.link.kill)
            node.start()
            stack.callback(node.kill)
        configuration = directory / "haproxy.cfg"
        configuration.write_text(cluster.haproxy_configuration())
        command = ["haproxy", "-f", str(configuration)]
        with (directory / "haproxy.log").open("w") as log:
            haproxy = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))
        stack.callback(haproxy.kill)
        cluster.wait_until_healthy()
        yield cluster
