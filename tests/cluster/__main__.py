"""`make proof-cluster`: the proof on the cluster that KUBECONFIG names.

CLUSTER_HOST is the address at which pods reach this machine, where PostgreSQL, NATS and Keycloak
run for the proof. CLUSTER_LOAD is a command that hands images of the local engine to the nodes,
such as `kind load docker-image`. TAG is the images' tag, PREVIOUS the commit that runs beside.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from .proof import DRAW, WHOLE, proven


def main() -> int:
    """Print the line of figures; the exit status says whether every promise held."""
    if not (os.environ.get("KUBECONFIG") and os.environ.get("CLUSTER_HOST")):
        print("Set KUBECONFIG, and CLUSTER_HOST: this machine's address as pods reach it.")
        return 2
    missing = [program for program in ("kubectl", "helm") if not shutil.which(program)]
    if missing:
        print(f"The proof works as an operator does, with {' and '.join(missing)} on PATH.")
        return 2
    with tempfile.TemporaryDirectory(prefix="samspill-") as made:
        # Pods run as another user and must get to the key store below it.
        Path(made).chmod(0o711)
        figures = asyncio.run(proven(DRAW if "--draw" in sys.argv else WHOLE, Path(made)))
    print(figures.line, flush=True)
    return 0 if figures.holds else 1


if __name__ == "__main__":
    sys.exit(main())
