"""What every Samspill service shares; knows no service and no contract."""
