"""`python -m samspill_reports.sociometry NODES.csv EDGES.csv`: see command.py."""

import os
import sys

from samspill_reports.sociometry.command import main

try:
    status = main()
    sys.stdout.flush()
except BrokenPipeError:
    # Whoever reads has seen enough, as `head` does; what is left must not complain at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    status = 0
raise SystemExit(status)
