"""The manifests and the compose file agree with themselves and with kassad: names that refer to something find it,
settings exist, nothing runs as root, and pods get the time that they need to end."""

import re
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "infra/kubernetes"
COMPOSE = ROOT / "infra/compose"
FINISH_SECONDS = 10


def documents():
    return [
        document
        for file in sorted(KUBERNETES.glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text())
        if file.name != "kustomization.yaml"
    ]


def named(kind):
    return {document["metadata"]["name"]: document for document in documents() if document["kind"] == kind}


def settings_of_kassad():
    return set(re.findall(r"`(KASSA_[A-Z_]+)`", (ROOT / "docs/configuration.md").read_text()))


def pod_of(deployment):
    return deployment["spec"]["template"]["spec"]


class Kubernetes(unittest.TestCase):
    def test_kustomization_names_every_file(self):
        resources = set(yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())["resources"])
        files = {file.name for file in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml", "secret.example.yaml"}
        # Made by the user from the example.
        self.assertEqual(resources, files | {"secret.yaml"})

    def test_no_manifest_ties_itself_to_a_namespace(self):
        for document in documents():
            self.assertNotIn("namespace", document["metadata"])

    def test_selectors_and_references_find_something(self):
        pods = [deployment["spec"]["template"]["metadata"]["labels"] for deployment in named("Deployment").values()]
        selectors = [service["spec"]["selector"] for service in named("Service").values()]
        kinds = {"PodDisruptionBudget": "selector", "NetworkPolicy": "podSelector", "Deployment": "selector"}
        for kind, key in kinds.items():
            selectors += [document["spec"][key]["matchLabels"] for document in named(kind).values()]
        for selector in selectors:
            with self.subTest(selector):
                self.assertTrue(any(selector.items() <= labels.items() for labels in pods))
        for scaler in named("HorizontalPodAutoscaler").values():
            self.assertIn(scaler["spec"]["scaleTargetRef"]["name"], named("Deployment"))
        for name, deployment in named("Deployment").items():
            with self.subTest(name):
                self.check_references(pod_of(deployment))

    def check_references(self, pod):
        container = pod["containers"][0]
        for source in container["envFrom"]:
            for kind, names in (("configMapRef", named("ConfigMap")), ("secretRef", named("Secret"))):
                if kind in source:
                    self.assertIn(source[kind]["name"], names)
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        for part in (*pod["initContainers"], container):
            for mount in part["volumeMounts"]:
                self.assertIn(mount["name"], volumes)
        self.assertIn(volumes["master-key"]["secret"]["secretName"], named("Secret"))
        ports = {port["name"] for port in container["ports"]}
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            self.assertIn(container[probe]["httpGet"]["port"], ports)
        for service in named("Service").values():
            self.assertTrue(all(port["targetPort"] in ports for port in service["spec"]["ports"]))

    def test_settings_exist(self):
        names = set(named("ConfigMap")["kassa"]["data"]) | set(named("Secret")["kassa"]["stringData"])
        for deployment in named("Deployment").values():
            names |= {entry["name"] for entry in pod_of(deployment)["containers"][0]["env"]}
        self.assertEqual(names - settings_of_kassad(), set())

    def test_nothing_may_do_more_than_it_needs(self):
        for name, deployment in named("Deployment").items():
            pod = pod_of(deployment)
            self.assertTrue(pod["securityContext"]["runAsNonRoot"], name)
            self.assertFalse(pod["automountServiceAccountToken"], name)
            for container in (*pod["initContainers"], *pod["containers"]):
                with self.subTest(f"{name} {container['name']}"):
                    context = container["securityContext"]
                    self.assertEqual(context["capabilities"]["drop"], ["ALL"])
                    self.assertTrue(context["readOnlyRootFilesystem"])
                    self.assertFalse(context["allowPrivilegeEscalation"])
                    self.assertIn("memory", container["resources"]["limits"])

    def test_a_pod_has_the_time_that_it_needs_to_end(self):
        settings = named("ConfigMap")["kassa"]["data"]
        probe, drain = (int(settings[f"KASSA_{name}_SECONDS"]) for name in ("PROBE", "DRAIN"))
        for name, deployment in named("Deployment").items():
            pod = pod_of(deployment)
            self.assertEqual(pod["containers"][0]["readinessProbe"]["periodSeconds"], probe, name)
            self.assertGreater(pod["terminationGracePeriodSeconds"], 2 * probe + drain + FINISH_SECONDS, name)

    def test_a_template_holds_no_secret(self):
        for secret in named("Secret").values():
            self.assertFalse(any(secret.get("data", {}).values()))


class Compose(unittest.TestCase):
    def setUp(self):
        self.compose = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
        self.services = self.compose["services"]

    def test_what_is_mounted_exists(self):
        for name, service in self.services.items():
            for mount in service.get("volumes", []):
                source = mount.split(":")[0]
                with self.subTest(f"{name} {mount}"):
                    if source.startswith("."):
                        self.assertTrue((COMPOSE / source).exists())
                    else:
                        self.assertIn(source, self.compose["volumes"])

    def test_who_is_waited_for_exists(self):
        for service in self.services.values():
            for other in service.get("depends_on", []):
                self.assertIn(other, self.services)

    def test_settings_exist(self):
        for name in ("kassad-1", "kassad-2"):
            self.assertEqual(set(self.services[name]["environment"]) - settings_of_kassad(), set())
        asked = set(re.findall(r"\$\{(KASSA\w+)", (ROOT / "infra/haproxy/haproxy.cfg").read_text()))
        asked |= set(re.findall(r"\$\{(KASSAD_\w+)", (ROOT / "infra/haproxy/haproxy.cfg").read_text()))
        self.assertEqual(set(self.services["haproxy"]["environment"]) - asked, set())

    def test_the_image_runs_as_nobody_in_particular(self):
        dockerfile = (COMPOSE / "Dockerfile").read_text()
        self.assertRegex(dockerfile, r"(?m)^USER 10001:10001$")
        self.assertLess(dockerfile.index("USER 10001"), dockerfile.index("ENTRYPOINT"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
