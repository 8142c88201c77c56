"""Tests of the notifications service, on a real database, a real mail server and real answers over HTTP."""
