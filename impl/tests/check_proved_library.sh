#!/usr/bin/env bash
# Checks that a library holds, byte for byte, what compiling a bitcode module gives, and nothing else; and that a module
# with one constant changed does not pass.
set -euo pipefail

if (($# < 4)); then
    echo "usage: check_proved_library.sh LIBRARY MODULE FOLDER COMPILER [OPTION...]" >&2
    exit 2
fi
library=$1 module=$2 folder=$3
shift 3

rm -rf "$folder"
mkdir -p "$folder/members"
(cd "$folder/members" && ar x "$library")
members=("$folder"/members/*)
if ((${#members[@]} != 1)); then
    echo "the library has ${#members[@]} objects, not one: ${members[*]##*/}" >&2
    exit 1
fi
"$@" "$module" -o "$folder/again.o"
if ! cmp "${members[0]}" "$folder/again.o"; then
    echo "the object in $library is not what the bitcode compiles to; build it anew" >&2
    exit 1
fi

# The interface's version is returned by a function of its own: as another number it must make another object.
llvm-dis-19 "$module" -o "$folder/module.ll"
sed '/@vtl_abi_version(/,/^}/ s/ret i32 [0-9]*/ret i32 77/' "$folder/module.ll" >"$folder/changed.ll"
if cmp -s "$folder/module.ll" "$folder/changed.ll"; then
    echo "the control does not change the module" >&2
    exit 1
fi
"$@" "$folder/changed.ll" -o "$folder/changed.o"
if cmp -s "${members[0]}" "$folder/changed.o"; then
    echo "the comparison does not notice a changed module" >&2
    exit 1
fi
echo "the library is the bitcode: $(stat -c %s "${members[0]}") bytes"
