#!/bin/sh
# Checks that the library's objects need nothing but the four memory functions, run no code at start-up and keep no
# thread-local state. Usage: check_freestanding.sh <C compiler> <scratch directory> <object>...
set -eu

compiler=$1
scratch=$2
shift 2
mkdir -p "$scratch"
status=0

fail() {
    echo "$1" >&2
    status=1
}

for object in "$@"; do
    sections=$(readelf --sections --wide "$object")
    if echo "$sections" | grep -Eq '\.(init_array|fini_array|preinit_array|ctors|dtors|tdata|tbss|init|fini)\b'; then
        fail "$object: start-up code or thread-local state"
    fi
    # Writable statics would be shared between VPs.
    if readelf --symbols --wide "$object" | grep -q ' TLS '; then
        fail "$object: thread-local symbol"
    fi
    if nm "$object" | grep -E ' [dDbBC] '; then
        fail "$object: writable data"
    fi
done

# What one object lacks another may define: the question is what is missing of the whole.
${LD:-ld} -r -o "$scratch/whole.o" "$@"
missing=$(nm --undefined-only "$scratch/whole.o" | awk '{ print $NF }' |
    grep -Ev '^(memcpy|memset|memmove|memcmp|_GLOBAL_OFFSET_TABLE_)$' || true)
[ -z "$missing" ] || fail "undefined: $missing"

cat >"$scratch/memory.c" <<'STUBS'
typedef __SIZE_TYPE__ size;
void *memcpy(void *to, const void *from, size n);
void *memset(void *to, int byte, size n);
void *memmove(void *to, const void *from, size n);
int memcmp(const void *a, const void *b, size n);
void *memcpy(void *to, const void *from, size n) { (void)from; (void)n; return to; }
void *memset(void *to, int byte, size n) { (void)byte; (void)n; return to; }
void *memmove(void *to, const void *from, size n) { (void)from; (void)n; return to; }
int memcmp(const void *a, const void *b, size n) { (void)a; (void)b; (void)n; return 0; }
STUBS
"$compiler" -ffreestanding -fno-builtin -fno-stack-protector -fPIC -O1 -c -o "$scratch/memory.o" "$scratch/memory.c"
"$compiler" -shared -nostdlib -Wl,--no-undefined -o "$scratch/vtl_intercept.so" "$scratch/memory.o" "$@" ||
    fail "the objects do not link on their own"

exit $status
