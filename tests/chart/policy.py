"""What must hold for every rendered object; each rule returns sentences about what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .rendering import Object, pods

Rule = Callable[[list[Object]], Iterator[str]]


def restricted(objects: list[Object]) -> Iterator[str]:
    """The Pod Security Standard `restricted`, version 1.34, and a root that nobody writes to."""
    for name, pod in pods(objects):
        security = pod.get("securityContext", {})
        if not security.get("runAsNonRoot"):
            yield f"{name} may run as root"
        if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name} has no seccomp profile"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name} gets a token"
        if any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{name} shares the node's namespaces"
        allowed = {"secret", "configMap", "emptyDir", "persistentVolumeClaim"}
        for volume in pod.get("volumes", ()):
            if not set(volume) - {"name"} <= allowed:
                yield f"{name} mounts {volume['name']} of a kind that is not allowed"
        for container in pod["containers"]:
            own = container.get("securityContext", {})
            if own.get("allowPrivilegeEscalation") is not False:
                yield f"{name} may gain rights"
            if own.get("capabilities", {}).get("drop") != ["ALL"]:
                yield f"{name} keeps capabilities"
            if not own.get("readOnlyRootFilesystem"):
                yield f"{name} writes to its root"


def bounded(objects: list[Object]) -> Iterator[str]:
    """Requests and a limit of memory for every container."""
    for name, pod in pods(objects):
        for container in pod["containers"]:
            resources = container.get("resources", {})
            if not {"cpu", "memory"} <= set(resources.get("requests", ())):
                yield f"{name} requests nothing"
            if "memory" not in resources.get("limits", ()):
                yield f"{name} has no limit of memory"


def probed(objects: list[Object]) -> Iterator[str]:
    """Whatever serves says when it lives and when it is ready."""
    for name, pod in pods(objects):
        for container in pod["containers"] if name.startswith("Deployment") else ():
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                if probe not in container:
                    yield f"{name} has no {probe}"


def pinned(objects: list[Object]) -> Iterator[str]:
    """No image that changes under one's feet."""
    for name, pod in pods(objects):
        for container in pod["containers"]:
            image = container["image"]
            tag = image.rpartition("/")[2].partition(":")[2]
            if "@sha256:" not in image and tag in ("", "latest"):
                yield f"{name} runs {image}"


def without_secrets(objects: list[Object]) -> Iterator[str]:
    """The chart makes no secret, and no variable holds more than the path of one."""
    for each in objects:
        if each["kind"] == "Secret":
            yield f"the secret {each['metadata']['name']} is rendered"
        for key, value in each.get("data", {}).items() if each["kind"] == "ConfigMap" else ():
            is_secret = any(word in key for word in ("SECRET", "PASSWORD", "URL", "KEY_FILE"))
            if is_secret and not str(value).startswith("/run/samspill/"):
                yield f"{key} is written out in {each['metadata']['name']}"


def owner_serves_nothing(objects: list[Object]) -> Iterator[str]:
    """The owner's connection is mounted by the migrate jobs alone."""
    for name, pod in pods(objects):
        for volume in pod.get("volumes", ()):
            items = volume.get("secret", {}).get("items")
            whole = volume["name"] == "database" and not items
            keys = {item["key"] for item in items or ()}
            if name.startswith("Deployment") and (whole or "owner-url" in keys):
                yield f"{name} can read the owner's password"


RULES: tuple[Rule, ...] = (
    restricted,
    bounded,
    probed,
    pinned,
    without_secrets,
    owner_serves_nothing,
)
