"""Fail if a container of the compose files has more rights or connections than it needs."""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
FILES = ("docker-compose.yml", "docker-compose.scale.yml", "docker-compose.citus.yml")
HARDENING = {
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "read_only": True,
    "pids_limit": 1024,
}
# Their images run as root by default.
ROOT_IMAGES = {"postgres", "citusdata/citus", "nginx", "redis"}
# Access to one of them is control of the database.
CLUSTER = {
    *("db-1", "db-2", "db-3", "etcd-1", "etcd-2", "etcd-3"),
    *("node-1", "node-2", "registration"),
}
# Also in other networks.
CLUSTER_CLIENTS = {"haproxy", "prometheus", "coordinator"}
# The only network of each.
NETWORKS = {"db": "backend"} | dict.fromkeys(CLUSTER, "cluster")
PROXIES = {"proxy", "balancer"}
OWNERS = {"migrations", "distribution"}
INTERNAL = {"backend", "cluster"}
WORKER_NETWORKS = {"backend", "outbound"}


def problems_of(document):
    services = document["services"]
    [proxy] = PROXIES & services.keys()
    proxy_address = services[proxy]["networks"]["frontend"]["ipv4_address"]
    networks = document["networks"]
    if not all((networks[name] or {}).get("internal") for name in INTERNAL & networks.keys()):
        yield f"not all of the networks {INTERNAL} are internal"
    if not set(services["worker"]["networks"]) >= WORKER_NETWORKS:
        yield f"worker: is not in the networks {WORKER_NETWORKS}"
    for name, service in services.items():
        for key, value in HARDENING.items():
            if service.get(key) != value:
                yield f"{name}: {key} is not {value}"
        image = service.get("image", "").partition(":")[0]
        if image in ROOT_IMAGES and service.get("user", "root") == "root":
            yield f"{name}: runs as root"
        network = NETWORKS.get(name)
        if network and list(service["networks"]) != [network]:
            yield f"{name}: is in other networks than {network}"
        if "cluster" in service["networks"] and name not in CLUSTER | CLUSTER_CLIENTS:
            yield f"{name}: is in the network cluster"
        if name not in PROXIES and any(
            not str(port).startswith("127.0.0.1:") for port in service.get("ports", [])
        ):
            yield f"{name}: has a public port"
        if service.get("command") == ["run"]:
            yield f"{name}: runs a second worker"
        environment = service.get("environment", {})
        role = "turnout_owner" if name in OWNERS else "turnout_service"
        if f"://{role}:" not in environment.get("DATABASE_URL", f"://{role}:"):
            yield f"{name}: does not connect as {role}"
        if environment.get("TRUSTED_PROXIES", proxy_address) != proxy_address:
            yield f"{name}: trusts other addresses than {proxy_address}"


def main():
    problems = [
        f"{file}: {problem}"
        for file in FILES
        for problem in problems_of(yaml.safe_load((ROOT / file).read_text()))
    ]
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
