"""The dashboard and the alerts use existing metrics, and all of them."""

import json
from types import SimpleNamespace

import httpx
import pytest
import yaml

from tests.concurrency import wait_until
from tests.e2e.client import PASSWORD
from tests.e2e.operations.metrics import Metrics
from tests.e2e.operations.promql import parse
from tests.postgres import a_database
from tests.processes import free_port, running_cli

# Added by Prometheus.
UP, JOB = "up", "job"
JOBS = ["turnout", "turnout-worker"]


@pytest.fixture(scope="module")
def series(root, postgres, tmp_path_factory):
    """Each series of a service that has served a request, and of a worker, with its labels."""
    with a_database(postgres) as url:
        port, worker_port = str(free_port()), str(free_port())
        settings = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "JWT_SECRET_KEY": "k" * 32,
            "METRICS_PORT": port,
            "WORKER_METRICS_PORT": worker_port,
        }
        with running_cli(root, "run", **settings) as (_, base_url):
            account = {"username": "nobody", "password": PASSWORD}
            assert httpx.post(f"{base_url}/v1/profile/token/", json=account).status_code == 401
            metrics, worker_metrics = Metrics(port), Metrics(worker_port)
            metrics.wait_for_value(1, "turnout_problems_total")
            wait_until(worker_metrics.is_served, "the worker serves metrics")
            jobs = [SimpleNamespace(name=UP, labels={JOB: job}) for job in JOBS]
            yield [*metrics.samples(), *worker_metrics.samples(), *jobs]


@pytest.fixture(scope="module")
def monitoring(root):
    return root / "deploy" / "monitoring"


@pytest.fixture(scope="module")
def dashboard(monitoring):
    return json.loads((monitoring / "grafana" / "dashboards" / "turnout.json").read_text())


@pytest.fixture(scope="module")
def panels(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


@pytest.fixture(scope="module")
def alerts(monitoring):
    [group] = yaml.safe_load((monitoring / "alerts.yml").read_text())["groups"]
    return group["rules"]


def test_every_expression_uses_existing_metrics_and_labels(series, panels, alerts):
    expressions = [each["expr"] for panel in panels for each in panel["targets"]]
    expressions += [rule["expr"] for rule in alerts]

    assert len(expressions) > 20
    for expression in expressions:
        names, labels = parse(expression)
        assert names, expression
        assert names <= {each.name for each in series}, expression
        available = set().union(*[each.labels for each in series if each.name in names])
        assert labels <= available, expression


def test_every_metric_is_on_the_dashboard(series, panels):
    expressions = " ".join(each["expr"] for panel in panels for each in panel["targets"])

    names = {each.name for each in series} - {UP}
    assert len(names) > 8
    # Of a histogram the dashboard uses the buckets; the sum is optional.
    assert [name for name in names if name not in expressions and not name.endswith("_sum")] == []


def test_the_dashboard_uses_the_provisioned_datasource(panels, monitoring):
    file = monitoring / "grafana" / "provisioning" / "datasources" / "prometheus.yml"
    [source] = yaml.safe_load(file.read_text())["datasources"]

    datasources = {
        each["datasource"]["uid"] for panel in panels for each in (panel, *panel["targets"])
    }
    assert datasources == {source["uid"]}


def test_prometheus_uses_the_job_names_of_the_alerts(monitoring):
    settings = yaml.safe_load((monitoring / "prometheus.yml").read_text())

    assert [each["job_name"] for each in settings["scrape_configs"]] == JOBS
    assert [(monitoring / name).exists() for name in settings["rule_files"]] == [True]


def test_promql_expressions_are_parsed():
    expression = (
        'sum by (le, route) (rate(tea_bucket{kind=~"a,b=c{}", x!="y"}[$__rate_interval])) > 1'
        " and on (cup) tea_total offset 5m or vector(0)"
    )

    assert parse(expression) == ({"tea_bucket", "tea_total"}, {"le", "route", "kind", "x", "cup"})
