"""What is specific to this product: roles, vocabulary, URL prefixes, navigation, names of services.

The only part of `shared` that names services.
"""
