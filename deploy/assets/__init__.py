"""Builds the front end's files: `python -m deploy.assets` (called by make).

Third-party packages come from npm at the versions of `package-lock.json`; fonts are cut down to the letters
we use; everything gets a fingerprinted name and packed twins, and lands in `shared/ui/assets/built/`,
which git ignores. A build appears whole or not at all: killed at any moment, it leaves the previous one.

`npm.py` installs, `fonts.py` subsets, `bundle.py` collects and fingerprints, `build.py` decides and swaps.
"""
