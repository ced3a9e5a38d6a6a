#!/usr/bin/env python3
"""Writes src/tables.rs, the tables of the specification, from `vtlcheck spec --format json`.

usage: tables.py VTLCHECK            writes src/tables.rs
       tables.py --check VTLCHECK    exits 1 if src/tables.rs is not what would be written
"""
import json
import pathlib
import subprocess
import sys

TARGET = pathlib.Path(__file__).parent / "src" / "tables.rs"

PASSES = {
    "exits": "Never",
    "passes": "Always",
    "exits, but for VTL0 with APIC offload in x2APIC mode": "Offload",
    "passes if the processor has IA32_TSC_AUX": "TscAux",
}
GATES = {
    "lower": "Lower",
    "TSC_AUX": "LowerTscAux",
    "event": "Event",
    "VTL1 denied": "Vtl1Denied",
    "VTL1 parameter": "Vtl1Parameter",
    "VSM": "Vsm",
    "open": "Open",
    "unlisted": "Unlisted",
}
# Rows that stand for all other numbers: what is not in the tables.
REST_MSR, REST_REGISTER = "any other number", "(any other)"


def option(row, key):
    return f"Some({row[key]})" if key in row else "None"


def truth(value):
    return "true" if value else "false"


def msr(row):
    known = f"{truth(row['read_known'])}, {truth(row['write_known'])}"
    return (f"    msr({row['first']}, {row['last']}, {PASSES[row['read']]}, {PASSES[row['write']]}, {known}, "
            f"{option(row, 'constant')}, {option(row, 'claim_bit')}), // {row['name']}\n")


def route(word):
    return "R::" + "".join(map(str.capitalize, word.split("-")))


def register(row):
    routes = ", ".join(route(row["routes"][isolation]) for isolation in ("none", "snp", "tdx"))
    return f"    register({row['code']}, \"{row['name']}\", {GATES[row['gate']]}, [{routes}]),\n"


def rust(spec):
    msrs = [row for row in spec["msrs"] if row["name"] != REST_MSR]
    registers = [row for row in spec["registers"] if row["name"] != REST_REGISTER]
    return ("//! Tables of the specification. Written by tables.py from `vtlcheck spec --format json`; not for editing.\n\n"
            "use crate::rows::Gate::*;\n"
            "use crate::rows::Passes::*;\n"
            "use crate::rows::{msr, register, MsrRow, RegisterRow};\n"
            "use crate::vocabulary::Route as R;\n\n"
            "/// By number; what is in no row is unknown.\n"
            "#[rustfmt::skip]\n"
            f"pub static MSRS: [MsrRow; {len(msrs)}] = [\n" + "".join(map(msr, msrs)) + "];\n\n"
            "/// By number; what is in no row is unlisted.\n"
            "#[rustfmt::skip]\n"
            f"pub static REGISTERS: [RegisterRow; {len(registers)}] = [\n" + "".join(map(register, registers)) + "];\n")


def main(arguments):
    check = arguments[:1] == ["--check"]
    if len(arguments) != 1 + check:
        sys.exit(__doc__)
    spec = subprocess.run([arguments[-1], "spec", "--format", "json"], check=True, capture_output=True).stdout
    text = rust(json.loads(spec))
    if not check:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        sys.exit(f"{TARGET} is not what the specification says; run tables.py {arguments[-1]}")


main(sys.argv[1:])
