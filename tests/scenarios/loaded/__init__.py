"""What is tried on the loaded Struer scenario: loaded once for all files here, which each leave it as it was."""
