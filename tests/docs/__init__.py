"""What documents claim is so, where nothing generates them."""
