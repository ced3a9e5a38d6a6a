#!/usr/bin/env bash
# A task of a Slurm array: sbatch --array=1-SHARDS slurm-shard.sh FOLDER [ARGUMENT of `vtlcheck conform`...]
# FOLDER is on a file system that all nodes share. To repeat task 7 of 100: SHARDS=100 sbatch --array=7 ...
#SBATCH --job-name=vtlcheck
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
set -euo pipefail
results=$1
shift

mkdir -p "$results"
vtlcheck conform --json --threads "${SLURM_CPUS_PER_TASK:-1}" \
    --shard "$SLURM_ARRAY_TASK_ID/${SHARDS:-$SLURM_ARRAY_TASK_COUNT}" \
    --trace-out "$results/shard-$SLURM_ARRAY_TASK_ID.trace" "$@" >"$results/shard-$SLURM_ARRAY_TASK_ID.json"
