"""What is tried on `tilsagn demo` after its evening: one demo for all files here, which each leave it usable.

The command's tests come first: some of them count what the evening brought.
"""
