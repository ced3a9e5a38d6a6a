#include "cli/sweep_report.hpp"

#include <fmt/format.h>

namespace vtlcheck::cli {

using proptests::SweepResult;
using proptests::Verdict;

Verdict SweepReport::verdict() const {
    Verdict verdict = sweeps.empty() ? Verdict::inconclusive : Verdict::conforms;
    for (const auto& sweep : sweeps) {
        if (sweep.verdict == Verdict::violation) {
            return Verdict::violation;
        }
        verdict = sweep.verdict == Verdict::inconclusive ? Verdict::inconclusive : verdict;
    }
    return verdict;
}

const proptests::SweepViolation* SweepReport::first() const {
    for (const auto& sweep : sweeps) {
        if (sweep.first) {
            return &*sweep.first;
        }
    }
    return nullptr;
}

double SweepReport::seconds() const {
    double sum = 0;
    for (const auto& sweep : sweeps) {
        sum += sweep.seconds;
    }
    return sum;
}

namespace {

std::string one(const SweepResult& sweep) {
    const auto& counts = sweep.counts;
    std::string text = fmt::format("{}: {}: {} {} checked, {:.1f} s ({:.1f} s of processors)\n", sweep.name,
                                   proptests::name_of(sweep.verdict), grouped(counts.cases), sweep.unit, sweep.seconds,
                                   sweep.processor_seconds);
    if (counts.exits() != 0) {
        text += fmt::format("  {} by the implementation, {} by the specification, too\n",
                            counted(counts.exits(), "exit"), grouped(counts.in_full));
    }
    if (counts.alike != 0) {
        text += fmt::format("  {} compared with the specification's answer to another MSR number without a rule, the\n"
                            "  number put in; that it is the same for all of them: UNKNOWN-READ, UNKNOWN-WRITE\n",
                            grouped(counts.alike));
    }
    if (counts.bits != 0) {
        text += fmt::format("  {} of MSR bitmaps compared one by one, all others page by page\n",
                            counted(counts.bits, "bit"));
    }
    if (sweep.wanted == 0) {
        text += "  nothing was run: the shard has no chunk\n";
    } else if (sweep.wanted != sweep.chunks) {
        text += fmt::format("  a part: {} of {}\n", grouped(sweep.wanted), counted(sweep.chunks, "chunk"));
    }
    if (sweep.resumed != 0) {
        text += fmt::format("  {} of them taken from the results file\n", counted(sweep.resumed, "chunk"));
    }
    if (sweep.violations != 0) {
        text += fmt::format("  {}{}\n", sweep.cut_short ? "at least " : "", counted(sweep.violations, "violation"));
    }
    return text;
}

} // namespace

std::string summary(const SweepReport& report) {
    std::string text;
    for (const auto& sweep : report.sweeps) {
        text += one(sweep);
    }
    return text + fmt::format("{}: {}, {:.1f} s\n", proptests::name_of(report.verdict()),
                              counted(report.sweeps.size(), "sweep"), report.seconds());
}

Json to_json(const SweepReport& report) {
    Json json;
    json["command"] = "sweep";
    json["subject"] = report.subject;
    json["verdict"] = proptests::name_of(report.verdict());
    json["shard"] = report.shard;
    json["shards"] = report.shards;
    json["sweeps"] = Json::array();
    for (const auto& sweep : report.sweeps) {
        Json one{{"name", sweep.name},
                 {"mode", sweep.mode},
                 {"verdict", proptests::name_of(sweep.verdict)},
                 {"cases", sweep.counts.cases},
                 {"unit", sweep.unit},
                 {"exits", sweep.counts.exits()},
                 {"exits_by_specification", sweep.counts.in_full},
                 {"exits_by_substitution", sweep.counts.alike},
                 {"bits", sweep.counts.bits},
                 {"chunks", sweep.chunks},
                 {"chunks_of_shard", sweep.wanted},
                 {"chunks_resumed", sweep.resumed},
                 {"violations", sweep.violations},
                 {"cut_short", sweep.cut_short},
                 {"seconds", sweep.seconds},
                 {"processor_seconds", sweep.processor_seconds}};
        if (sweep.first) {
            one["failure"] = {{"clause", sweep.first->clause}, {"trace", sweep.first->trace}};
        }
        json["sweeps"].push_back(one);
    }
    if (!report.trace_file.empty()) {
        json["trace_file"] = report.trace_file;
    }
    return json;
}

} // namespace vtlcheck::cli
