"""`python -m deploy.cli`: the `tilsagn` command, where the package is not installed."""

from deploy.cli import main

main()
