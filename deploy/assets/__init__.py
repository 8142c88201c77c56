"""Builds the front end's files: `python -m deploy.assets` (called by make).

Third-party packages come from npm at the versions of `package-lock.json`; our scripts and style sheets are bundled
and minified; fonts are cut down to the letters we use; everything gets a fingerprinted name and packed twins, and lands in `shared/web/assets/built/`,
which git ignores. A build appears whole or not at all: killed at any moment, it leaves the previous one.

`sources.py` says where our files lie and in which order, `npm.py` installs, `esbuild.py` bundles, `fonts.py` subsets,
`bundle.py` collects and fingerprints, `build.py` decides and swaps.
"""
