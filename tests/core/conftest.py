"""Fixtures of the tests of the core."""

import pytest

from tests.core.core_setup import CoreSetup


@pytest.fixture
def core() -> CoreSetup:
    return CoreSetup()
