"""Magic links: requested in a browser, mailed, and opened once in the same browser within ten minutes.

The message to the notifications service holds only the request's id. The link itself is made when its mail is sent, and
only its hash is stored: no message and no table holds a usable link. A request for an unknown address gets the same
answer after the same time.
"""
