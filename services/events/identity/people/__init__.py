"""The people who use the product: name, e-mail address, roles.

A person's name and address are in these tables only. The notifications service asks for an address when it sends a mail
(`api`), and the pages of other services show names that the browser fetches here (`pages`); nothing about people is
published. What administrators do with people is in `administration`.
"""
