"""`python -m deploy.cli`: the `tilsagn` command, where it has not been installed."""

from deploy.cli import main

main()
