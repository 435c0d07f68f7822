"""Real parts for every test of the project, and no sockets for unit tests."""

pytest_plugins = ("samspill_kit.testing.fixtures",)
