"""The processes of a service: `python -m services.<name> app` or `… worker`, configured by the environment."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import Any

from pydantic import ValidationError

from shared.logging import configure_logging
from shared.settings import ServiceSettings


def run(settings_class: type[ServiceSettings], package: str) -> None:
    """Run the process that the command line names, until SIGTERM or SIGINT.

    Exits with 2, and a line for each setting that is missing or wrong.

    Args:
        settings_class: read from the environment.
        package: the service's package. The settings are given to `create_app` of its module `app`, or to
            `create_worker`
            of its module `worker`. Only that module is imported: imports take most of the time of a start.
    """
    parser = argparse.ArgumentParser(description=run.__doc__, prog=f"python -m {package}")
    parser.add_argument("process", choices=["app", "worker"], help="the web application, or the background process")
    process = parser.parse_args().process
    settings = _from_environment(settings_class, parser)
    configure_logging(log_format=settings.log_format, level=settings.log_level)
    module: Any = importlib.import_module(f"{package}.{process}")
    if process == "worker":
        from shared.messaging.worker import run_worker  # noqa: PLC0415

        run_worker(module.create_worker(settings))
    else:
        from shared.http.server import serve  # noqa: PLC0415

        serve(module.create_app(settings), settings)


def _from_environment(settings_class: type[ServiceSettings], parser: argparse.ArgumentParser) -> ServiceSettings:
    from_environment: dict[str, Any] = {}
    try:
        return settings_class(**from_environment)
    except ValidationError as error:
        prefix = settings_class.model_config.get("env_prefix", "")
        for wrong in error.errors(include_input=False, include_url=False):
            name = f"{prefix}{'_'.join(map(str, wrong['loc']))}".upper()
            print(f"{name}: {wrong['msg']}", file=sys.stderr)
        parser.exit(2)
