#!/usr/bin/env bash
# A quick claim is proved of the implementation, mutants of the specification included; a changed implementation is refuted.
set -euo pipefail

if (($# != 3)); then
    echo "usage: check_refinement.sh VTLCHECK BITCODE FOLDER" >&2
    exit 2
fi
vtlcheck=$1 bitcode=$2 folder=$3

rm -rf "$folder"
mkdir -p "$folder"
"$vtlcheck" refine REFINE-DRAIN REFINE-REVOKE --second-solver cvc5 | tee "$folder/good.txt"
grep -q '^proved: 2 of 2 claims proved' "$folder/good.txt"
"$vtlcheck" refine REFINE-SETUP REFINE-CALL-ELSEWHERE

"$(dirname "${BASH_SOURCE[0]}")/../../lifting/tests/change_bitcode.sh" "$bitcode" "$folder/bad.bc"
refuted() { # refuted CLAIM BITCODE
    local status=0
    "$vtlcheck" refine "$1" --bitcode "$2" >"$folder/bad.txt" || status=$?
    cat "$folder/bad.txt"
    if ((status != 1)) || ! grep -q "^refuted  $1" "$folder/bad.txt"; then
        echo "the changed bitcode was not refuted (exit code $status)" >&2
        exit 1
    fi
}
refuted REFINE-RDMSR "$folder/bad.bc"

# Set-up that forgets where the slots are: what the partition held before must not pass for what it was given.
sed '/^define .*@vtl_partition_init/,/^}/{/store ptr %slots/d}' "$folder/bad.bc.good.ll" >"$folder/setup.ll"
if cmp -s "$folder/bad.bc.good.ll" "$folder/setup.ll"; then
    echo "the control of set-up changes nothing" >&2
    exit 1
fi
llvm-as-19 "$folder/setup.ll" -o "$folder/setup.bc"
refuted REFINE-SETUP "$folder/setup.bc"
