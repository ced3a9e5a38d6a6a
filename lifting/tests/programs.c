/* Small functions for the lifter's tests: each bad_ one is undefined for some argument, its good_ twin for none. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

int bad_signed_overflow(int a) { return a + 1; }
int good_signed_overflow(int a) { return (int)((unsigned)a + 1U); }

unsigned bad_shift(unsigned a, unsigned by) { return a << by; }
unsigned good_shift(unsigned a, unsigned by) { return by < 32 ? a << by : 0; }

static const unsigned table[4] = {2, 3, 5, 7};
unsigned bad_index(unsigned i) { return i <= 4 ? table[i] : 0; }
unsigned good_index(unsigned i) { return i < 4 ? table[i] : 0; }

unsigned bad_store(unsigned i) {
    unsigned words[4] = {0, 0, 0, 0};
    if (i <= 4)
        words[i] = 1;
    return words[0] + words[3];
}
unsigned good_store(unsigned i) {
    unsigned words[4] = {0, 0, 0, 0};
    if (i < 4)
        words[i] = 1;
    return words[0] + words[3];
}

int bad_never_written(bool write) {
    int x;
    if (write)
        x = 1;
    return x > 0;
}
int good_never_written(bool write) {
    int x;
    if (write)
        x = 1;
    else
        x = 2;
    return x > 0;
}

int bad_null(bool null) {
    int x = 3;
    int* p = null ? 0 : &x;
    return *p;
}
int good_null(bool null) {
    int x = 3;
    int* p = null ? 0 : &x;
    return p ? *p : 0;
}

unsigned bad_division(unsigned a, unsigned b) { return a / b; }
unsigned good_division(unsigned a, unsigned b) { return b ? a / b : 0; }

unsigned bad_alignment(unsigned by) {
    unsigned words[2] = {1, 2};
    return by < 5 ? *(unsigned*)((char*)words + by) : 0;
}
unsigned good_alignment(unsigned by) {
    unsigned words[2] = {1, 2};
    unsigned read = 0;
    if (by < 5)
        memcpy(&read, (char*)words + by, 4);
    return read;
}

void bad_constant(unsigned i) { ((unsigned*)table)[i & 3] = 1; }

static int* leaked(void) {
    int x = 1;
    int* p = &x;
    return p;
}
int bad_lifetime(void) { return *leaked(); }

/* Moves its padding, which was never written, in one register. */
struct padded {
    uint16_t a;
    uint8_t b;
};
static struct padded make(uint16_t a) {
    struct padded p;
    p.a = a;
    p.b = 7;
    return p;
}
unsigned good_padding(uint16_t a) {
    struct padded p = make(a);
    return p.a + p.b;
}

/* ---- loops ---- */
unsigned sum_to_ten(unsigned a) {
    unsigned sum = a;
    for (unsigned i = 1; i <= 10; ++i)
        sum += i;
    return sum;
}
unsigned highest_bit(uint8_t a) {
    unsigned n = 0;
    while (a) {
        ++n;
        a >>= 1;
    }
    return n;
}
unsigned without_end(unsigned a) {
    while (true)
        a = a * 3 + 1;
    return a;
}
unsigned nested(unsigned a) {
    unsigned n = 0;
    for (unsigned i = 0; i < 4; ++i)
        for (unsigned j = 0; j < 4; ++j) {
            if (j > i)
                continue;
            if (a == i * 4 + j)
                return 100 + n;
            ++n;
        }
    return n;
}

/* ---- pointers ---- */
unsigned two_objects(bool first, unsigned i) {
    unsigned a[2] = {1, 2};
    unsigned b[4] = {3, 4, 5, 6};
    unsigned* p = first ? a : b + 1;
    p[i & 1] += 10;
    return (a[0] << 24) + (a[1] << 16) + (b[1] << 8) + b[2] + (p == a);
}

/* ---- pruning, arithmetic ---- */
unsigned expensive(unsigned which, unsigned a) {
    unsigned x = a;
    switch (which) {
    case 0:
        return a + 1;
    case 1:
        for (unsigned i = 0; i < 60; ++i)
            x = x * 2654435761U + (x >> 7);
        return x;
    default:
        return 0;
    }
}
uint64_t product_high(uint64_t a, uint64_t b) { return (uint64_t)(((unsigned __int128)a * b) >> 64); }
unsigned bits(unsigned a) {
    return (unsigned)__builtin_popcount(a) + 100U * (a ? (unsigned)__builtin_ctz(a) : 32U) +
           10000U * (a ? (unsigned)__builtin_clz(a) : 32U) + __builtin_bswap32(a) % 3U;
}
unsigned signs(int a, int b) {
    return b != 0 && !(a == INT32_MIN && b == -1) ? (unsigned)(a / b) * 1000U + (unsigned)(a % b) : 0;
}

/* ---- atomics ---- */
uint64_t word;
bool take(uint64_t* p) {
    uint64_t seen = __atomic_load_n(p, __ATOMIC_RELAXED);
    return seen < 10 && __atomic_compare_exchange_n(p, &seen, seen + 1, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* ---- outside the subset ---- */
double floating(double a) { return a * 2; }
unsigned recursive(unsigned a) { return a ? a * recursive(a - 1) : 1; }
