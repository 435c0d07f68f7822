"""Analysis, sociograms and exports, computed from answers and never stored."""
