// The memory of log_protocol.h and census.h: words as the processor has them. The structs of the C header hold plain
// words, so these are the compilers' built-in functions, which need no library for a word.
#ifndef VTL_IMPL_ATOMIC_MEMORY_H
#define VTL_IMPL_ATOMIC_MEMORY_H

namespace [[gnu::visibility("hidden")]] vtl_intercept {

struct AtomicMemory {
    template <class Word>
    static Word load(const Word& word) {
        return __atomic_load_n(&word, __ATOMIC_RELAXED);
    }
    template <class Word>
    static Word load_acquire(const Word& word) {
        return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
    }
    template <class Word>
    static void store(Word& word, Word value) {
        __atomic_store_n(&word, value, __ATOMIC_RELAXED);
    }
    template <class Word>
    static void store_release(Word& word, Word value) {
        __atomic_store_n(&word, value, __ATOMIC_RELEASE);
    }
    // False if `word` does not hold `expected`, which then is what it holds.
    template <class Word>
    static bool compare_exchange(Word& word, Word& expected, Word desired) {
        return __atomic_compare_exchange_n(&word, &expected, desired, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
    }
};

} // namespace vtl_intercept

#endif
