#!/usr/bin/env bash
# Negative control of lifting_validate: machine code against bitcode of which one shift distance was changed must
# differ.
set -euo pipefail

if (($# != 3)); then
    echo "usage: check_validation_notices.sh LIFTING_VALIDATE BITCODE_FOLDER FOLDER" >&2
    exit 2
fi
validate=$1 bitcode=$2 folder=$3

rm -rf "$folder"
mkdir -p "$folder"
cp "$bitcode/vtl_intercept_O2.so" "$folder"
"$(dirname "${BASH_SOURCE[0]}")/change_bitcode.sh" "$bitcode/vtl_intercept_O2.bc" "$folder/vtl_intercept_O2.bc"

status=0
"$validate" --bitcode "$folder" --level 2 --runs 3000 >"$folder/out" || status=$?
cat "$folder/out"
if ((status != 1)) || ! grep -q 'differs: rdmsr: run [0-9]*: .*: machine code' "$folder/out"; then
    echo "the changed bitcode was not noticed, or not where it was changed (exit code $status)" >&2
    exit 1
fi
