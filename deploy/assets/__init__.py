"""Builds the front-end assets: `python -m deploy.assets` (called by make).

npm installs the packages at the versions of `package-lock.json`. esbuild bundles and minifies our scripts and style
sheets, and fonts are subset to the characters we use. Every file gets a fingerprinted name and compressed variants in
`shared/ui/assets/built/`, which Git ignores. A build replaces the previous one atomically.

    sources   lists our source files and their order
    npm       installs the packages
    esbuild   bundles scripts and style sheets
    slim      leaves out of a style sheet what certain pages do not use
    fonts     subsets the fonts
    document_fonts  collects the fonts of printed documents
    bundle    collects all files and fingerprints them
    build     decides whether to build, and swaps the new build in
"""
