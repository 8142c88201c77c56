"""What every service needs and no service owns: contracts, delivery guarantee, web kit, tokens, database.

Imports no service.
"""
