"""The page with every way to sign in. Each way itself is in a package of its own."""
