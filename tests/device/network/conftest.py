"""The random network that the exporter makes a file of."""

from tests.support.networks import random_network  # noqa: F401  a fixture
