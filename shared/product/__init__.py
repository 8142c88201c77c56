"""What all services agree on about the product.

URL prefixes, navigation, roles. The only part of `shared` that names services.
"""
