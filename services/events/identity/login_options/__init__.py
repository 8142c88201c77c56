"""The page that offers every way to sign in. Each way is a package of its own."""
