#!/usr/bin/env bash
# Writes the bitcode with shift distances changed, for checks that have to notice: the high halves in the handling of RDMSR, of
# the value and of the exit's information.
set -euo pipefail

if (($# != 2)); then
    echo "usage: change_bitcode.sh BITCODE CHANGED" >&2
    exit 2
fi
bitcode=$1 changed=$2

llvm-dis-19 "$bitcode" -o "$changed.good.ll"
sed -E '/^define .*handle_rdmsr/,/^}/ s/(lshr i64 [^,]+), 32,/\1, 31,/' "$changed.good.ll" >"$changed.bad.ll"
if cmp -s "$changed.good.ll" "$changed.bad.ll"; then
    echo "the control changes nothing" >&2
    exit 1
fi
llvm-as-19 "$changed.bad.ll" -o "$changed"
