"""The alerts about the database nodes use metrics that Patroni has."""

import requests
import yaml

from tests.e2e.operations.promql import parse
from tests.failover.cluster import Cluster
from tests.failover.node import API_TIMEOUT_S, ROOT

ALERTS = ROOT / "deploy" / "monitoring" / "database-alerts.yml"
UP = "up"  # added by Prometheus


def unknown_metrics(cluster: Cluster) -> set[str]:
    """Names in the alerts that no node serves."""
    served = {UP}
    for node in cluster.nodes:
        metrics = requests.get(f"{node.api}/metrics", timeout=API_TIMEOUT_S).text
        served |= {line.partition("{")[0] for line in metrics.splitlines()}
    [group] = yaml.safe_load(ALERTS.read_text())["groups"]
    used = set().union(*(parse(rule["expr"])[0] for rule in group["rules"]))
    return used - served
