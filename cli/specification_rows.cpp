#include "cli/specification_rows.hpp"

#include "cli/explain.hpp"
#include "model/log_budget.hpp"

#include <fmt/format.h>

namespace vtlcheck::cli {
namespace {

template <class Clauses>
constexpr bool each_in_one_family(const Clauses& clauses) {
    return std::all_of(clauses.begin(), clauses.end(), [](const model::ClauseText& clause) {
        return std::count_if(families.begin(), families.end(),
                             [&](const Family& family) { return clause.id.starts_with(family.prefix); }) == 1;
    });
}
static_assert(each_in_one_family(model::clauses) && each_in_one_family(model::log_clauses));

} // namespace

const char* gate_text(model::Gate gate) {
    switch (gate) {
    case model::Gate::unlisted:
        return "unlisted";
    case model::Gate::lower:
        return "lower";
    case model::Gate::tsc_aux:
        return "TSC_AUX";
    case model::Gate::event:
        return "event";
    case model::Gate::vtl1_denied:
        return "VTL1 denied";
    case model::Gate::vtl1_parameter:
        return "VTL1 parameter";
    case model::Gate::vsm:
        return "VSM";
    default:
        return "open";
    }
}

std::string route(std::uint32_t code, model::Isolation isolation) {
    RegisterQuestion question;
    question.isolation = isolation;
    Endings endings(register_start(question));
    auto taken = model::Route::none;
    for (unsigned vtl = 0; vtl < 2 && taken == model::Route::none; ++vtl) {
        const auto exit = conformance::parse_step(fmt::format("vp0 vtl{} host-get paravisor {:#x}", vtl, code)).exit;
        taken = static_cast<model::Route>(endings.add(exit).audit_route.value());
    }
    return conformance::word(taken);
}

} // namespace vtlcheck::cli
