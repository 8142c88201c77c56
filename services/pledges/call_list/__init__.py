"""The call list: the morning after an event, who rings which company about its pledge, and what came of the call.

Not here: pledges and their contacts (`pledges`), and the mail with the list (the notifications service).
"""
