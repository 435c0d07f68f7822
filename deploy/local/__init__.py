"""The installation on one machine: real parts, started and watched by one supervisor."""
