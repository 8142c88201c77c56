"""The four services. One never imports another; what they share lives in `shared`."""
