#!/usr/bin/env bash
# The skeleton compiles without a warning, conforms where it says so, diverges where docs/porting-guide.md says, and no
# longer does after the change that the guide shows.
set -euo pipefail

if (($# != 4)); then
    echo "usage: check_skeleton.sh SOURCE VTLCHECK C_COMPILER FOLDER" >&2
    exit 2
fi
source=$1 vtlcheck=$2 compiler=$3 folder=$4
skeleton=$source/examples/c-skeleton

fail() {
    echo "check_skeleton.sh: $*" >&2
    exit 1
}
build() { "$compiler" -std=c11 -Wall -Wextra -pedantic -Werror -O2 "$folder/skeleton.c" -o "$folder/skeleton"; }
# run EXIT_CODE TEXT COMMAND...: the command exits so, and says the text.
run() {
    local expected=$1 text=$2 status=0
    shift 2
    "$vtlcheck" "$@" --subject "cmd:'$folder/skeleton'" >"$folder/out" 2>&1 || status=$?
    if ((status != expected)) || ! grep -qF "$text" "$folder/out"; then
        cat "$folder/out"
        fail "vtlcheck $* exited $status, not $expected, or does not say '$text'"
    fi
}

rm -rf "$folder"
mkdir -p "$folder"
cp "$skeleton/skeleton.c" "$folder"
build
run 0 conforms replay "$skeleton/traces/syscall.trace"
run 1 'clause TDC-03' replay "$skeleton/traces/tdcall.trace"
run 1 'outcome ' conform --exits 100000 --trace-out "$folder/first.trace"

# Not as part of the repository around the folder, where git would leave alone what it ignores.
(cd "$folder" && GIT_CEILING_DIRECTORIES=$(dirname "$PWD") git apply "$skeleton/tdcall.patch")
build
run 0 'in 2 files' replay "$skeleton"/traces/*.trace

# A block of the guide is this patch.
python3 - "$source/docs/porting-guide.md" "$skeleton/tdcall.patch" <<'PYTHON' || fail 'docs/porting-guide.md does not show tdcall.patch'
import sys
guide, patch = (open(name, encoding="utf-8").read() for name in sys.argv[1:])
sys.exit(f"```diff\n{patch}```\n" not in guide)
PYTHON
