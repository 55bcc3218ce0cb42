"""Alerts, dashboards and runbooks belong together: nothing asks for a metric that nobody makes, every alert can fire,
and whoever it wakes finds a page that says what to do."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import metric_names
import yaml

INFRA = metric_names.ROOT / "infra"
PAGES = INFRA / "runbooks"
GENERAL = {"README.md", "backup-and-restore.md"}


def alerts():
    groups = yaml.safe_load((INFRA / "prometheus/alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboards():
    return {file.name: json.loads(file.read_text()) for file in sorted((INFRA / "grafana").glob("*.json"))}


def targets(dashboard):
    return [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]


def promtool(*arguments, folder=INFRA / "prometheus"):
    program = shutil.which("promtool")
    assert program, "there is no promtool: install the packages that dev.packages names"
    return subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


class Monitoring(unittest.TestCase):
    def assert_passes(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_metric_that_is_asked_for_exists(self):
        known = metric_names.of_kassad() | metric_names.of_books() | metric_names.FOREIGN
        asked = {f"alert {rule['alert']}": metric_names.asked_by(rule["expr"]) for rule in alerts()}
        for name, dashboard in dashboards().items():
            asked[name] = {metric for expr in targets(dashboard) for metric in metric_names.asked_by(expr)}
        for page in sorted(PAGES.glob("*.md")):
            named = re.findall(r"\bkassa_[a-z0-9_]+|\bprocess_[a-z_]+", page.read_text())
            asked[page.name] = {re.sub(r"_seconds_bucket$", "_seconds", name) for name in named}
        missing = {where: sorted(names - known) for where, names in asked.items() if names - known}
        self.assertEqual(missing, {})
        self.assertGreater(len(known), 40)

    def test_the_reader_of_expressions_misses_nothing(self):
        cases = {
            "rate(kassa_no_such_total[5m]) > 0": {"kassa_no_such_total"},
            'a{b="c{d}"} / on (x) e and f offset 1h unless g': {"a", "e", "f", "g"},
            "histogram_quantile(0.9, sum by (le) (rate(t_seconds_bucket[1m])))": {"t_seconds"},
        }
        for expression, names in cases.items():
            with self.subTest(expression):
                self.assertEqual(metric_names.asked_by(expression), names)

    def test_every_alert_has_a_page_and_every_page_an_alert(self):
        named = set(GENERAL)
        for rule in alerts():
            with self.subTest(rule["alert"]):
                self.assertIn(rule["labels"]["severity"], ("page", "ticket"))
                page = metric_names.ROOT / rule["annotations"]["runbook"]
                self.assertTrue(page.is_file(), page)
                title = page.read_text().splitlines()[0]
                self.assertIn(rule["alert"], title.removeprefix("# ").split(", "))
                named.add(page.name)
        self.assertEqual({page.name for page in PAGES.glob("*.md")}, named)

    def test_every_page_says_what_it_means_where_to_look_and_what_to_do(self):
        for page in PAGES.glob("*.md"):
            if page.name not in GENERAL:
                with self.subTest(page.name):
                    words = re.findall(r"^\*\*(Means|Look|Do)\.\*\*", page.read_text(), re.MULTILINE)
                    self.assertEqual(words, ["Means", "Look", "Do"])

    def test_links_between_the_pages_lead_somewhere(self):
        for page in INFRA.rglob("*.md"):
            for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
                with self.subTest(f"{page.name}: {link}"):
                    self.assertTrue((page.parent / link).exists())

    def test_prometheus_takes_rules_and_configuration(self):
        self.assert_passes(promtool("check", "rules", "alerts.yaml"))
        self.assert_passes(promtool("check", "config", "--syntax-only", "prometheus.yaml"))

    def test_every_alert_fires_when_it_should_and_only_then(self):
        self.assert_passes(promtool("test", "rules", "alerts_test.yaml"))
        cases = (INFRA / "prometheus/alerts_test.yaml").read_text()
        tried = set(re.findall(r'alertname="(\w+)"', cases))
        self.assertEqual({rule["alert"] for rule in alerts()}, tried)

    def test_every_panel_asks_what_prometheus_understands(self):
        for name, dashboard in dashboards().items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                ids = [panel["id"] for panel in dashboard["panels"]]
                self.assertEqual(len(ids), len(set(ids)))
                rules = [
                    {"record": f"panel:{i}", "expr": expr.replace("$__rate_interval", "5m")}
                    for i, expr in enumerate(targets(dashboard))
                ]
                self.assertGreater(len(rules), 10)
                file = Path(folder) / "panels.yaml"
                file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
                self.assert_passes(promtool("check", "rules", file.name, folder=folder))


if __name__ == "__main__":
    unittest.main(verbosity=2)
