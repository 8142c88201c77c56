"""`python -m deploy.assets`: builds the assets if they are missing or out of date."""

import argparse
import sys

from deploy.assets import document_fonts, npm
from deploy.assets.build import build, is_current
from deploy.assets.esbuild import EsbuildError


def main() -> int:
    """Run the command. Returns 0 if the assets are built, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python -m deploy.assets", description=__doc__)
    parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")
    parser.add_argument("--development", action="store_true", help="install what only tests use, too")
    parser.add_argument("--installed", action="store_true", help="take node_modules/ as `npm ci` made it elsewhere")
    arguments = parser.parse_args()

    def say(text: str) -> None:
        if not arguments.quiet:
            print(text, flush=True)

    if arguments.installed:
        npm.mark_installed()
    current = is_current() and document_fonts.is_current()
    if current and npm.is_installed(development=arguments.development):
        return 0
    try:
        npm.install(development=arguments.development)
        build(say)
        document_fonts.build(say)
    except (npm.NpmError, EsbuildError) as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
