#include "conformance/subjects/subject.hpp"

namespace vtlcheck::conformance {
namespace {

model::Concrete::Bv<64> with_number(model::Concrete::Bv<64> rcx, std::uint32_t number) {
    return model::Concrete::Bv<64>(rcx.value() >> 32U << 32U | number);
}

} // namespace

model::Outcome<Concrete> expected_of(const AlikeAccess& access, std::uint32_t number) {
    auto expected = *access.expected;
    expected.gpr[model::rcx] = with_number(expected.gpr[model::rcx], number);
    if (expected.log_site.value() != 0) {
        expected.log_msr = number;
    }
    return expected;
}

std::optional<Deviation> Subject::run_alike(std::span<const AlikeAccess> accesses, std::uint32_t first,
                                            std::uint32_t last) {
    for (std::uint64_t n = first; n <= last; ++n) {
        const auto number = static_cast<std::uint32_t>(n);
        for (std::size_t i = 0; i < accesses.size(); ++i) {
            auto exit = *accesses[i].exit;
            exit.gpr[model::rcx] = with_number(exit.gpr[model::rcx], number);
            const auto observed = handle(exit);
            if (!diff(expected_of(accesses[i], number), observed).empty()) {
                return Deviation{.number = number, .access = i, .observed = observed};
            }
        }
    }
    return std::nullopt;
}

} // namespace vtlcheck::conformance
