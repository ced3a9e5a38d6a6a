#include "cli/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace vtlcheck::cli {
namespace {

std::string lower_first(std::string_view text) {
    std::string result(text);
    // Names such as IA32_EFER, VsmVina and Rip stay as they are.
    const std::string_view word = text.substr(0, text.find_first_of(" ,;"));
    const bool name = std::any_of(word.begin() + (word.empty() ? 0 : 1), word.end(),
                                  [](unsigned char c) { return std::isupper(c) != 0 || std::isdigit(c) != 0; }) ||
                      conformance::register_code(word);
    if (!result.empty() && !name) {
        result[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(result[0])));
    }
    return result;
}

} // namespace

std::string Ending::trace_line() const { return conformance::print(exit) + " -> " + conformance::print(exit, out); }

const model::ConcreteOutcome& Endings::add(const model::ConcreteExit& exit) {
    auto state = start_.start;
    auto& vp = state.vp[exit.vp.value()];
    auto& slot = state.vp[model::slot_vp(start_.config, exit)].slot;
    const auto step = model::oracle_step(
        start_.config, {.partition = state.partition, .vsm = state.vsm, .slot = slot, .vp = vp.shared, .vtl = vp.vtl},
        exit);
    const auto clause = step.clause.value();
    last_ = step.out;
    if (std::none_of(endings_.begin(), endings_.end(), [&](const Ending& e) { return e.clause == clause; })) {
        endings_.push_back({clause, exit, step.out});
    }
    return last_;
}

std::vector<Ending> Endings::sorted() const {
    auto endings = endings_;
    std::sort(endings.begin(), endings.end(), [](const Ending& a, const Ending& b) { return a.clause < b.clause; });
    return endings;
}

conformance::TraceHeader long_mode_guest() {
    conformance::TraceHeader header;
    for (auto& bank : header.start.vp[0].vtl) {
        bank.efer = 0xD01;
        bank.ia32e_guest = model::Concrete::Bool(true);
        bank.rip = 0x1000;
        bank.cr0 = 0x80050033;
        bank.cr4 = 0x20;
    }
    return header;
}

std::string clause_text(model::ClauseIndex index, bool only) {
    const auto& clause = model::clauses[index];
    return only ? fmt::format("  {}: {}.\n", clause.title, clause.effect)
                : fmt::format("  when {}:\n    {}.\n", lower_first(clause.guard), clause.effect);
}

Json clause_json(const Ending& ending) {
    const auto& clause = model::clauses[ending.clause];
    return {{"id", clause.id},         {"title", clause.title},   {"guard", clause.guard},
            {"effect", clause.effect}, {"source", clause.source}, {"example", ending.trace_line()}};
}

} // namespace vtlcheck::cli
