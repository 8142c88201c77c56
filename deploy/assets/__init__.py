"""Builds the front end's files: `python -m deploy.assets` (called by make).

Packages come from npm at the versions of `package-lock.json`. esbuild bundles and minifies our scripts and style
sheets; fonts are cut down to the letters we use. Every file gets a fingerprinted name and compressed twins, and lands
in `shared/ui/assets/built/`, which git ignores. A build appears whole or not at all: killed at any moment, it leaves
the previous one.

`sources.py` says where our files lie and in which order, `npm.py` installs, `esbuild.py` bundles, `fonts.py` subsets,
`bundle.py` collects and fingerprints, `build.py` decides and swaps.
"""
