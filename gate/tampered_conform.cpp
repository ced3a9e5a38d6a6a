// The differential check of a build in which something was tampered with on purpose: exits as `vtlcheck conform` does.
#include "proptests/conform.hpp"

#include <cstdio>

int main() {
    using namespace vtlcheck;
    const proptests::CampaignOptions options{.exits = 1'000'000};
    const auto result = proptests::run_campaign(conformance::builtin_subject, options);
    if (result.failure) {
        std::fputs(proptests::failure_text(result, options).c_str(), stdout);
    }
    for (const auto& cell : result.missing) {
        std::printf("not reached: %s\n", proptests::to_string(cell).c_str());
    }
    std::printf("%s\n", proptests::name_of(result.verdict));
    switch (result.verdict) {
    case proptests::Verdict::conforms:
        return 0;
    case proptests::Verdict::violation:
        return 1;
    default:
        return 3;
    }
}
