"""Practice: pledges that are answered as any other and never count.

They are in tables of their own, so no figure, list, message or mail knows them. They are deleted on request and after a
day. Not here: which phone holds one (`phones`), and the page that shows them (`evening`).
"""
