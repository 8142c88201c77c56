"""One process of one service: `python -m services.<name> app` or `… worker`, configured by its environment."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import Any

from pydantic import ValidationError

from shared.logging import configure_logging
from shared.settings import ServiceSettings


def run(settings_class: type[ServiceSettings], package: str) -> None:
    """Run the process the command line asks for, until SIGTERM or SIGINT.

    Exits with 2 and a line for each setting that is missing or wrong.

    Args:
        settings_class: what is read from the environment.
        package: the service's package. `create_app` of its module `app`, or `create_worker` of its module `worker`, is
            given the settings. Only the one that is asked for is imported, which is most of the time a start takes.
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
