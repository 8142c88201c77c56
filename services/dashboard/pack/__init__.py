"""The pack of a meeting as PDF and XLSX: its document, how both are made from it, the job that makes them, its routes.

Not here: what a figure counts (`measures`), the agenda and the decisions (the events service), the mail that a pack is
ready (the notifications service), and exports of single tables (`exports`).
"""
