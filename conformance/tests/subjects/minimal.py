#!/usr/bin/env python3
"""The whole of the subject protocol in the fewest lines: an implementation that completes every exit and changes nothing.

A port's adapter is this loop with a real `outcome`, and with `config` and `start` lines read.
"""
import sys


def outcome(exit_line):
    return "done"


for line in sys.stdin:
    line = line.rstrip("\n")
    if not line:
        sys.stdout.flush()
    elif line.startswith("vtlcheck-subject "):
        print("vtlcheck-subject 1")
    elif line.startswith("vp"):
        print(f"{line} -> {outcome(line)}")
