"""The functions that use tables or functions without policies are listed, each with the reason."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from typing import Final

import pytest

from deploy.services import SERVICES
from tests.tenancy.more_rights import CALLED_BY_OTHERS, DEFINERS, OF_ALL_TASKFORCES, REACHING

_NAMES: Final = "|".join({name for kinds in (OF_ALL_TASKFORCES, DEFINERS) for of in kinds.values() for name in of})
_REACHES: Final = re.compile(rf"\b(from|into|update|join|table)\s+({_NAMES})\b|\b({_NAMES})\s*\(\$")


def reaching(service: str) -> set[str]:
    """Return the coroutine functions of the service whose SQL names a table or function without policies."""
    package = importlib.import_module(f"services.{service}")
    found: set[str] = set()
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            of_this_module = inspect.iscoroutinefunction(value) and value.__module__ == module.name
            if of_this_module and not name.startswith("_") and _REACHES.search(inspect.getsource(value)):
                found.add(f"{module.name}.{name}")
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_function_that_uses_tables_without_policies_is_listed(service: str) -> None:
    assert reaching(service) == {name for name in REACHING if name.startswith(f"services.{service}.")}


def test_every_function_limited_to_one_taskforce_is_tested_with_others() -> None:
    kept = {name for functions in DEFINERS.values() for name, reason in functions.items() if not reason}
    assert kept == frozenset().union(*CALLED_BY_OTHERS.values())
