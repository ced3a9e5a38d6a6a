#!/usr/bin/env bash
# One campaign by GNU parallel: parallel.sh FOLDER SHARDS [ARGUMENT of `vtlcheck conform`...]
# PARALLEL='--sshloginfile nodes' takes other machines, too, where vtlcheck and the subject have the same paths.
set -euo pipefail
results=$1
shards=$2
shift 2

mkdir -p "$results"
rm -f "$results"/*.shard*
conform=$(printf '%q ' vtlcheck conform --json --threads 1 "$@")
# The exit code is how many shards do not conform: the merge tells them apart.
seq "$shards" | parallel --results "$results/{}.shard" "$conform --shard {}/$shards" >/dev/null || true
vtlcheck merge --junit "$results/vtlcheck.xml" --sarif "$results/vtlcheck.sarif" \
    --trace-out "$results/vtlcheck-failure.trace" "$results"/*.shard
