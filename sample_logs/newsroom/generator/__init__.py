"""Invents the traffic of the sample news company. Seeded: the same records on every machine."""
