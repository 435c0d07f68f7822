"""`python -m samspill_reports.sociometry NODES.csv EDGES.csv`: see command.py."""

from samspill_reports.sociometry.command import main

raise SystemExit(main())
