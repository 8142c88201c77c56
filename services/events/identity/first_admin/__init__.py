"""The first administrator: whoever runs the installation is shown a link in the terminal, which makes them one, once.

Being at that terminal is the proof: nobody else of the taskforce could vouch for them yet.
"""
