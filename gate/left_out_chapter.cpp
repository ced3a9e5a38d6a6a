// What `vtlcheck spec --trace` and its lint make of a book of claims that lacks a chapter.
#include "cli/traceability.hpp"

#include <cstdio>

int main() {
    int gaps = 0;
    for (const auto& end : vtlcheck::cli::traceability().open()) {
        if (end.reason.empty()) {
            std::printf("%.*s: no %.*s, no reason is stated\n", static_cast<int>(end.id.size()), end.id.data(),
                        static_cast<int>(end.lacks.size()), end.lacks.data());
            ++gaps;
        }
    }
    return gaps == 0 ? 0 : 1;
}
