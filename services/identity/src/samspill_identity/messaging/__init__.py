"""Facts of other services that identity takes in."""
