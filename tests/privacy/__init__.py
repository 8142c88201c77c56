"""What holds for personal data in every service at once."""
