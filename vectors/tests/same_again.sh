#!/bin/sh
# Makes the vectors once more: same_again.sh VTLCHECK FOLDER AGAIN. Fails if any byte of them differs.
set -eu
"$1" vectors --out "$3"
diff -r "$2" "$3"
