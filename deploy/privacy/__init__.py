"""Looking after personal data in a whole installation: each service's register, and what follows from it."""
