"""What this process has counted, for tests; they compare before and after, since all share it."""

from prometheus_client import REGISTRY


def measured(name: str, **labels: str) -> float:
    """Return the sample's value; one that does not exist is an error, not 0."""
    value = REGISTRY.get_sample_value(name, labels)
    if value is None:
        raise LookupError(f"{name} has no series {labels}")
    return value
