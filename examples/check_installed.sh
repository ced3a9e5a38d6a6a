#!/usr/bin/env bash
# Uses an installed vtlcheck as others would: the example project through find_package() and through pkg-config, the tool
# with what it brings along, manual page and completions. Installed below PREFIX; works in FOLDER.
set -euo pipefail

if (($# != 4)); then
    echo "usage: check_installed.sh SOURCE PREFIX C_COMPILER FOLDER" >&2
    exit 2
fi
source=$1 prefix=$2 compiler=$3 folder=$4
consumer=$source/examples/consumer

fail() {
    echo "check_installed.sh: $*" >&2
    exit 1
}
# says EXPECTED COMMAND...: the command writes that line.
says() {
    local expected=$1 got
    shift
    got=$("$@" 2>&1) || true
    [[ $got == "$expected" ]] || fail "'$*' says '$got' and not '$expected'"
}

rm -rf "$folder"
mkdir -p "$folder"
CC=$compiler cmake -G Ninja -S "$consumer" -B "$folder/build" -DCMAKE_PREFIX_PATH="$prefix" >"$folder/log" 2>&1 &&
    cmake --build "$folder/build" >>"$folder/log" 2>&1 || { cat "$folder/log"; fail "the project with find_package() does not build"; }
says 'RAX 0, RIP 0x1002, log site 1' "$folder/build/consumer"

config=$(dirname "$(find "$prefix" -name vtl_intercept.pc -print -quit)")
# shellcheck disable=SC2046 # flags
"$compiler" "$consumer/main.c" -o "$folder/consumer" $(PKG_CONFIG_PATH=$config pkg-config --cflags --libs vtl_intercept)
says 'RAX 0, RIP 0x1002, log site 1' "$folder/consumer"

mkdir "$folder/newer"
sed 's/find_package(vtlcheck 0.1/find_package(vtlcheck 0.2/' "$consumer/CMakeLists.txt" >"$folder/newer/CMakeLists.txt"
! cmake -G Ninja -S "$folder/newer" -B "$folder/newer/build" -DCMAKE_PREFIX_PATH="$prefix" >"$folder/log" 2>&1 ||
    fail "find_package() takes this version for another"
grep -q 'vtlcheckConfig.cmake, version: 0.1' "$folder/log" || { cat "$folder/log"; fail "refused for another reason"; }

tool=$prefix/bin/vtlcheck
version=$("$tool" --version)
says "vtlcheck $(PKG_CONFIG_PATH=$config pkg-config --modversion vtl_intercept)" "$tool" --version
"$tool" conform --exits 3000000 >"$folder/conform" || { cat "$folder/conform"; fail "'vtlcheck conform' fails"; }
[[ $(gzip -dc "$prefix/share/man/man1/vtlcheck.1.gz") == *"\"$version\""*'.SS "conform"'* ]] || fail "no manual page"
for completion in bash-completion/completions/vtlcheck zsh/vendor-completions/_vtlcheck fish/vendor_completions.d/vtlcheck.fish; do
    grep -q conform "$prefix/share/$completion" || fail "no completion $completion"
done

# The tool finds what it brings along where it was moved to.
mkdir -p "$folder/moved/bin" "$folder/moved/share/vtlcheck/traces"
cp "$tool" "$folder/moved/bin"
says "vtlcheck: no recording in $folder/moved/share/vtlcheck/traces; name another folder with --traces" "$folder/moved/bin/vtlcheck" verify
