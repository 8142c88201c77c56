"""Tests of `services.pledges.withdrawals`."""
