"""What reports keeps: which surveys are locked or gone; never an answer, never a finished analysis."""
