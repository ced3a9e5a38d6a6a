// Which word stands for which field, and what the words are that none stands for.
#include "refinement/abstraction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <tuple>

namespace vtlcheck::refinement {

using namespace model;
using Word = Symbolic::Bv<64>;

namespace {

bool has_prefix(const FieldName& name) { return name.prefix[0] != '\0'; }

std::vector<Piece> whole(std::string path, unsigned width) {
    return {{.path = std::move(path), .low = 0, .width = width}};
}

/// A start context below `at`: `slots[0].enable.`.
std::vector<Piece> pieces_of_context(const std::string& at, const FieldName& name, unsigned width) {
    static constexpr std::array<std::string_view, 8> segments{"cs", "ds", "es", "fs", "gs", "ss", "tr", "ldtr"};
    const std::string base = name.base;
    if (std::find(segments.begin(), segments.end(), base) != segments.end()) {
        if (std::string_view(name.suffix) == "_base") {
            return whole(at + base + ".base", width);
        }
        return {{.path = at + base + ".limit", .low = 0, .width = 32},
                {.path = at + base + ".selector", .low = 32, .width = 16},
                {.path = at + base + ".attributes", .low = 48, .width = 16}};
    }
    for (const char* table : {"idtr", "gdtr"}) {
        for (const char* part : {"base", "limit"}) {
            if (base == fmt::format("{}_{}", table, part)) {
                return whole(fmt::format("{}{}.{}", at, table, part), width);
            }
        }
    }
    return whole(at + base, width);
}

std::string indexed(const FieldName& name) {
    return name.index < 0 ? std::string(name.base) : fmt::format("{}[{}]", name.base, name.index);
}

/// Registers of a VTL, and of VTL0's untrusted synic, that are not named as in the vocabulary.
std::string vtl_register(const FieldName& name) {
    const std::string base = name.base;
    if (base == "scontrol" || base == "siefp" || base == "simp" || base == "sint") {
        return "synic." + indexed(name);
    }
    if (base == "stimer") {
        return fmt::format("stimer{}[{}]", name.suffix, name.index);
    }
    if (base == "crash_p") {
        return fmt::format("crash[{}]", name.index);
    }
    return base;
}

/// Position in an array of names, or -1.
template <std::size_t N>
int place(const std::array<std::string_view, N>& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

constexpr std::array<std::string_view, 16> gpr_names{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                                     "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

} // namespace

z3::expr part_of(const z3::expr& field, const Piece& piece) {
    return piece.width == 0 || piece.width == width_of(field) ? field
                                                              : field.extract(piece.low + piece.width - 1, piece.low);
}

lifting::InterceptOptions scene_of(unsigned vp) {
    lifting::InterceptOptions options;
    options.vps = vps;
    options.vp = vp;
    return options;
}

std::vector<Piece> pieces_of_state(std::string_view scope, const FieldName& name, unsigned width, unsigned vp,
                                   unsigned slot_vp) {
    const std::string_view prefix = name.prefix;
    if (scope == "partition.vtl0" || scope == "partition.vtl1") {
        return whole(fmt::format("partition.vtl[{}].{}", scope.back(), name.base), width);
    }
    if (scope == "partition") {
        return whole(fmt::format("partition.vsm.{}", name.base), width);
    }
    if (scope == "slot") {
        const std::string at = fmt::format("slots[{}].", slot_vp);
        return has_prefix(name) ? pieces_of_context(at + std::string(prefix), name, width)
                                : whole(at + name.base, width);
    }
    if (scope == "vp") {
        const std::string at = fmt::format("vp[{}].state.vp.", vp);
        if (prefix == "untrusted.") {
            return whole(at + "untrusted_synic." + indexed(name), width);
        }
        return whole(at + std::string(prefix) + name.base, width);
    }
    if (scope == "vtl0" || scope == "vtl1") {
        return whole(fmt::format("vp[{}].state.vtl[{}].{}", vp, scope.back(), vtl_register(name)), width);
    }
    throw std::logic_error(fmt::format("no words are known for {}.{}", scope, name.str()));
}

std::vector<Piece> pieces_of_exit(const FieldName& name, unsigned width) {
    const std::string base = name.str();
    if (has_prefix(name)) {
        return pieces_of_context("exit.input.context.", name, width);
    }
    if (const int gpr = place(gpr_names, base); gpr >= 0) {
        return whole(fmt::format("exit.gpr[{}]", gpr), width);
    }
    static constexpr std::array<std::string_view, info_count> infos{"info.rax", "info.rcx", "info.rdx", "info.rsi",
                                                                    "info.rdi", "info.r8",  "info.r9",  "info.r10",
                                                                    "info.r11", "info.r12", "info.r13"};
    if (const int info = place(infos, base); info >= 0) {
        return whole(fmt::format("exit.info[{}]", info), width);
    }
    static constexpr std::array<std::string_view, 15> answers{
        "apic_fault",       "apic_value",      "page_refused",   "slot_busy",           "reference_time",
        "hypercall_result", "module_refused",  "register_value", "register_value_high", "answer_status",
        "answer_count",     "answer_timeouts", "answer_value",   "assist_rax",          "assist_rcx"};
    if (place(answers, base) >= 0) {
        return whole("exit.answers." + base, width);
    }
    if (base == "input_unreadable") {
        return whole("exit.input.unreadable", width);
    }
    static constexpr std::array<std::string_view, 7> input{"partition_id", "target_vp", "target_vtl", "flags",
                                                           "name",         "value",     "value_high"};
    if (place(input, base) >= 0) {
        return whole("exit.input." + base, width);
    }
    if (base == "vtl1") {
        return whole("exit.vtl", width);
    }
    return whole("exit." + base, width);
}

std::string path_of_config(const FieldName& name) { return fmt::format("partition.config.{}", name.base); }

std::vector<Piece> pieces_of_outcome(const FieldName& name, unsigned width) {
    const std::string base = name.base;
    if (std::string_view(name.prefix) == "message_") {
        return whole("outcome.message.contents." + base, width);
    }
    if (const int gpr = place(gpr_names, base); gpr >= 0) {
        return whole(fmt::format("outcome.gpr[{}]", gpr), width);
    }
    static const std::map<std::string, std::string> others{{"message", "message.status"},
                                                           {"message_vp", "message.vp"},
                                                           {"interrupt", "message.interrupt"},
                                                           {"interrupt_vector", "message.interrupt_vector"},
                                                           {"audit", "audit.present"},
                                                           {"audit_origin", "audit.origin"},
                                                           {"audit_operation", "audit.operation"},
                                                           {"audit_vtl", "audit.vtl"},
                                                           {"audit_register", "audit.reg"},
                                                           {"audit_route", "audit.route"},
                                                           {"audit_verdict", "audit.verdict"},
                                                           {"audit_reason", "audit.reason"}};
    const auto found = others.find(base);
    return whole("outcome." + (found == others.end() ? base : found->second), width);
}

std::vector<Derived> derived_words(z3::context& context, const Config<Symbolic>& config, const State<Symbolic>& state,
                                   unsigned vp, const proofs::Mutant* mutant) {
    std::vector<Derived> words;
    const Exit<Symbolic> no_exit;
    const proofs::Reading<Symbolic> reading(mutant, {config, state, no_exit});
    for (unsigned v = 0; v < 2; ++v) {
        const Bool vtl1(v == 1);
        const VtlState<Symbolic>& vtl = state.vtl[v];
        const std::string controls = fmt::format("vp[{}].controls[{}].", vp, v);
        words.push_back({controls + "cr0_guest_host_mask", cr0_guest_host_mask<Symbolic>(state.vp, vtl1).term()});
        words.push_back(
            {controls + "cr4_guest_host_mask", cr4_guest_host_mask<Symbolic>(config, state.vp, vtl1).term()});
        words.push_back({controls + "cr0_read_shadow", vtl.cr0.term()});
        words.push_back({controls + "cr4_read_shadow", vtl.cr4.term()});
        words.push_back(
            {controls + "descriptor_table_exiting", descriptor_table_exiting<Symbolic>(state.vp, vtl1).term()});

        for (const bool write : {false, true}) {
            // By row: whether an access to one of its MSRs exits. Few rows differ in what that hangs on.
            std::map<std::tuple<Armed, unsigned, std::uint32_t>, z3::expr> by_rule;
            std::vector<z3::expr> exits;
            for (const MsrRow& row : msr_table) {
                const std::uint32_t msr = mutant == nullptr ? 0 : row.first; // a mutant may look at the number
                const std::tuple rule{write ? row.armed_write : row.armed_read, write ? row.claim_bit : 0U, msr};
                auto known = by_rule.find(rule);
                if (known == by_rule.end()) {
                    const Bool exit = armed<Symbolic>(config, state.vp, vtl, vtl1, Symbolic::Bv<32>(msr),
                                                      as_row<Symbolic>(row), Bool(write), reading);
                    known = by_rule.emplace(rule, exit.term().simplify()).first;
                }
                exits.push_back(known->second);
            }
            for (std::uint32_t word = 0; word < 256; ++word) {
                const std::uint32_t first = (word < 128 ? 0U : 0xC0000000U) + word % 128 * 64;
                std::uint64_t constant = 0;
                bool varies = false;
                for (std::uint32_t n = 0; n < 64; ++n) {
                    const z3::expr& bit = exits[row_index(first + n)];
                    varies = varies || (!bit.is_true() && !bit.is_false());
                    constant |= bit.is_true() ? std::uint64_t{1} << n : 0;
                }
                z3::expr value = context.bv_val(constant, 64);
                if (varies) {
                    z3::expr_vector bits(context);
                    for (std::uint32_t n = 64; n-- > 0;) {
                        bits.push_back(
                            z3::ite(exits[row_index(first + n)], context.bv_val(1, 1), context.bv_val(0, 1)));
                    }
                    value = z3::concat(bits);
                }
                words.push_back({fmt::format("vp[{}].msr_bitmap[{}][{}]", vp, v, (write ? 256U : 0U) + word), value});
            }
        }
    }
    return words;
}

Word sum_of_counters(const Word& a, const Word& b) { return Symbolic::ite(a + b < a, Word(~std::uint64_t{0}), a + b); }
Word raised_by_one(const Word& counter) {
    return Symbolic::ite(counter == Word(~std::uint64_t{0}), counter, counter + 1);
}

LogBudget<Symbolic> log_budget(const std::function<z3::expr(const std::string&)>& at) {
    const auto word = [&](const std::string& path) { return Word(at(path)); };
    LogBudget<Symbolic> budget;
    budget.limits.site = {.burst = word("partition.config.log_burst"),
                          .interval = word("partition.config.log_interval")};
    budget.limits.total = {.burst = word("partition.config.log_total_burst"),
                           .interval = word("partition.config.log_total_interval")};
    budget.site[0].bucket.tokens = budget.limits.site.burst; // of no site, and never looked at
    for (unsigned n = 1; n < log_site_count; ++n) {
        LogAccount<Symbolic>& account = budget.site[n];
        const auto counter = [&](const char* name) {
            Word total = word(fmt::format("logs[0].{}[{}]", name, n - 1));
            for (unsigned vp = 1; vp < vps; ++vp) {
                total = sum_of_counters(word(fmt::format("logs[{}].{}[{}]", vp, name, n - 1)), total);
            }
            return total;
        };
        account.bucket = {.tokens = budget.limits.site.burst,
                          .since = word(fmt::format("partition.log.site[{}].full_time", n - 1))};
        account.emitted = counter("emitted");
        account.suppressed = counter("suppressed");
        account.summaries = counter("summaries");
        account.reported = word(fmt::format("partition.log.site[{}].reported", n - 1));
    }
    budget.total = {.tokens = budget.limits.total.burst, .since = word("partition.log.total_full_time")};
    return budget;
}

Word word_of(const TokenBucket<Symbolic>& bucket, const Bool& renewed, const BucketLimit<Symbolic>& limit) {
    const Word empty = bucket.since + Symbolic::product(limit.burst, limit.interval);
    return Symbolic::ite(renewed, empty, bucket.since);
}

WordAttempt word_attempt(const Word& full_at, const Word& now, const Word& interval, const Word& tolerance) {
    const Word later = Symbolic::ite(now <= full_at, full_at, now);
    const Bool conforms = !((full_at > now) & (full_at - now > tolerance));
    return {.admitted = conforms & (later <= ~interval), .full_at = later + interval};
}

Word WordReading::tokens(const Word&, const Limit& limit, const Bucket& bucket, const Word& now) const {
    const std::uint64_t reserve = &limit == total_ && !flush_ ? log_reserve : 0;
    const Word tolerance = Symbolic::product(limit.burst - 1 - reserve, limit.interval);
    const auto attempt = word_attempt(full_time<Symbolic>(limit, bucket), now, limit.interval, tolerance);
    return Symbolic::ite(attempt.admitted, Word(reserve + 1), Word(0));
}

WordReading::Bucket WordReading::rest(const Bucket&, const Limit& limit, const Bucket& bucket, const Word& now) const {
    const Word no_matter(0);
    return {.tokens = limit.burst,
            .since = word_attempt(full_time<Symbolic>(limit, bucket), now, limit.interval, no_matter).full_at};
}

} // namespace vtlcheck::refinement
