#!/usr/bin/env python3
"""A subject that goes wrong on purpose: hostile.py FAULT WHEN COMMAND...

Runs COMMAND, a subject, and passes its answers on. From the answer WHEN, a number (the hello is 0) or a part of the answer,
on it does what FAULT says. hostile.py plain 0 COMMAND... passes on all.
"""
import os
import re
import resource
import signal
import subprocess
import sys
import time

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
fault, when, command = sys.argv[1], sys.argv[2], sys.argv[3:]
real = subprocess.Popen(command, stdout=subprocess.PIPE)
out = sys.stdout.buffer


def say(data):
    out.write(data)
    out.flush()


def hang():
    while True:
        time.sleep(1000)


def die(number):
    os.kill(os.getpid(), number)
    hang()


def flood(rounds):
    for _ in range(rounds):
        os.write(2, b"noise " * 2000 + b"\n")


def outlive():
    """Ends, and leaves a child that keeps the pipe open."""
    if os.fork() == 0:
        hang()
    os._exit(5)


def leave_group():
    """The same, of a child that is in no group of ours. It ends by itself, for the test's sake."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(20)
        os._exit(0)
    os._exit(5)


def deaf():
    os.kill(real.pid, signal.SIGSTOP)
    hang()


def endless():
    while True:
        say(b"x" * 65536)


def with_rip(parts):
    def other(match):
        return match[1] + (b"0" if match[2] != b"0" else b"1")

    return parts[0], re.sub(rb"( rip=0x[0-9a-f]*)([0-9a-f])", other, parts[1])


FAULTS = {
    "segv": lambda line: die(signal.SIGSEGV),
    "exit-0": lambda line: os._exit(0),
    "exit-3": lambda line: (os.write(2, b"first\ncannot go \x1b[31mon\n"), os._exit(3)),
    "hang": lambda line: hang(),
    "half": lambda line: (say(line[: len(line) // 2]), hang()),
    "half-exit": lambda line: (say(line[: len(line) // 2]), os._exit(0)),
    "flood-hang": lambda line: (flood(2000), hang()),
    "close": lambda line: (os.close(1), hang()),
    "outlive": lambda line: outlive(),
    "leave-group": lambda line: leave_group(),
    "deaf": lambda line: deaf(),
    "garbage": lambda line: say(b"garbage\n"),
    "binary": lambda line: say(bytes(range(1, 10)) + b"\xff\n"),
    "nul": lambda line: say(line.replace(b" -> ", b" -> \0")),
    "endless": lambda line: endless(),
    "long": lambda line: say(b"y" * 70000 + b"\n"),
    "empty": lambda line: say(b"\n"),
    "no-outcome": lambda line: say(line.split(b" -> ")[0] + b"\n"),
    "no-field": lambda line: say(line.rstrip(b"\n") + b" nonsense=1\n"),
    "part": lambda line: say(line.rstrip(b"\n") + b" ...\n"),
    "twice": lambda line: say(line + line),
    "early": lambda line: say(line + b"vp0 vtl0 rdmsr 0x10 -> done\n"),
    "drop": lambda line: None,
    "held": lambda line: held.append(line),  # as if nothing flushed a buffer before the end
    "wrong-rip": lambda line: say(b" -> ".join(with_rip(line.split(b" -> ")))),
    "wrong-state": lambda line: say(line.replace(b"lstar=0x1234", b"lstar=0x1235")),
    "version-2": lambda line: say(b"vtlcheck-subject 2\n"),
    "stateless": lambda line: say(b"vtlcheck-subject 1\n"),
}
ONCE = {"drop", "twice", "early", "stateless"}

held = []
triggered = False
for number, line in enumerate(real.stdout):
    hit = number == int(when) if when.isdigit() else when.encode() in line
    if fault == "plain":
        say(line)
    elif fault == "chatter":
        flood(1)
        say(line)
    elif fault == "crlf":
        say(line.replace(b"\n", b"\r\n"))
    elif fault == "last-word":
        say(line)
    elif hit and not (triggered and fault in ONCE):
        triggered = True
        FAULTS[fault](line)
    else:
        say(line)
if fault == "last-word":
    say(b"one more thing\n")
say(b"".join(held))
