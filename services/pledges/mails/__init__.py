"""What became of the mails about pledges and hires, as `notifications` published it, and who has seen to those that
did not arrive.

Neither texts nor addresses are here. Mails that come back after the server took them are not known.
"""
