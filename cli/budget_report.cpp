#include "cli/budget_report.hpp"

#include "model/log_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vtlcheck::cli {
namespace {

using conformance::LineWindow;
using model::LogSite;

std::string duration(std::uint64_t nanoseconds) {
    std::string text;
    conformance::append_duration(text, nanoseconds);
    return text;
}

std::string seconds(std::uint64_t nanoseconds) {
    return fmt::format("{}.{:09}", nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000);
}

std::string limit_text(const conformance::LineLimit& limit) {
    return fmt::format("{} + 1 per {}", grouped(limit.burst), duration(limit.interval));
}

/// What the tables have a row for: name, counts if it is about a site, and the worst window.
struct Row {
    std::string name;
    const SiteCounts* counts;
    const std::optional<LineWindow>* window;
};

SiteCounts sum(const AllSites& sites) {
    SiteCounts all;
    for (const auto& site : sites) {
        all.attempts += site.attempts;
        all.emitted += site.emitted;
        all.suppressed += site.suppressed;
        all.reported += site.reported;
        all.summaries += site.summaries;
    }
    return all;
}

std::vector<Row> rows_of(const BudgetReport& report, const SiteCounts& all) {
    std::vector<Row> rows;
    for (std::size_t i = 1; i < report.sites.size(); ++i) {
        if (report.sites[i].attempts + report.sites[i].summaries != 0 || report.windows.site[i]) {
            rows.push_back({conformance::word(static_cast<LogSite>(i)), &report.sites[i], &report.windows.site[i]});
        }
    }
    rows.push_back({"partition", &all, &report.windows.total});
    if (report.windows.warnings) {
        rows.push_back({"its warnings", nullptr, &report.windows.warnings});
    }
    return rows;
}

std::string window_text(const LineWindow& window) {
    return fmt::format("{} of {} in {} s - {} s", grouped(window.lines), grouped(window.bound), seconds(window.begin),
                       seconds(window.end));
}

std::string slack_text(const LineWindow& window) {
    const std::int64_t slack = window.slack();
    return slack < 0 ? fmt::format("-{}", grouped(static_cast<std::uint64_t>(-slack)))
                     : grouped(static_cast<std::uint64_t>(slack));
}

Json to_json(const LineWindow& window) {
    return {{"begin_ns", window.begin},
            {"end_ns", window.end},
            {"lines", window.lines},
            {"bound", window.bound},
            {"slack", window.slack()},
            {"burst", window.limit.burst},
            {"interval_ns", window.limit.interval}};
}

Json to_json(const SiteCounts& counts) {
    return {{"attempts", counts.attempts},
            {"emitted", counts.emitted},
            {"suppressed", counts.suppressed},
            {"summaries", counts.summaries},
            {"reported", counts.reported}};
}

/// What limits and starts there were.
std::string conditions(const BudgetReport& report) {
    if (!report.active) {
        return "not active on this isolation type: no line may be made";
    }
    std::string text =
        fmt::format("a site {}, the partition {}", limit_text(report.limits.site), limit_text(report.limits.total));
    if (report.changes != 0) {
        text += fmt::format("; changed {} time{}", report.changes, report.changes == 1 ? "" : "s");
    }
    if (report.starts > 1) {
        text += fmt::format("; began anew {} time{}, where the recording showed more of its machine", report.starts - 1,
                            report.starts == 2 ? "" : "s");
    }
    return text;
}

} // namespace

void SuppressedOverTime::widen() {
    width_ *= 2;
    for (auto& counts : counts_) {
        for (std::size_t i = 0; i < bins / 2; ++i) {
            counts[i] = counts[2 * i] + counts[2 * i + 1];
        }
        std::fill(counts.begin() + bins / 2, counts.end(), 0);
    }
}

void SuppressedOverTime::add(const SuppressedOverTime& other) {
    for (std::size_t site = 0; site < counts_.size(); ++site) {
        for (std::size_t i = 0; i < bins; ++i) {
            if (other.counts_[site][i] != 0) {
                add(other.origin_.value_or(0) + i * other.width_, static_cast<LogSite>(site), other.counts_[site][i]);
            }
        }
    }
}

Json to_json(const BudgetReport& report) {
    Json json;
    json["verdict"] = report.holds() ? "conforms" : "violation";
    json["active"] = report.active;
    json["starts"] = report.starts;
    json["limit_changes"] = report.changes;
    json["limits"] = {{"site", {{"burst", report.limits.site.burst}, {"interval_ns", report.limits.site.interval}}},
                      {"partition",
                       {{"burst", report.limits.total.burst},
                        {"interval_ns", report.limits.total.interval},
                        {"reserve", report.limits.reserve}}}};
    json["sites"] = Json::object();
    const SiteCounts all = sum(report.sites);
    const auto window = [](const std::optional<LineWindow>& found) { return found ? to_json(*found) : Json(); };
    for (std::size_t i = 1; i < report.sites.size(); ++i) {
        Json site = to_json(report.sites[i]);
        site["worst_window"] = window(report.windows.site[i]);
        json["sites"][conformance::word(static_cast<LogSite>(i))] = site;
    }
    json["partition"] = to_json(all);
    json["partition"]["worst_window"] = window(report.windows.total);
    json["partition"]["worst_window_of_warnings"] = window(report.windows.warnings);
    json["faults"] = report.faults;
    return json;
}

std::string summary(const BudgetReport& report) {
    std::string text = fmt::format("  log budget ({}):\n", conditions(report));
    const SiteCounts all = sum(report.sites);
    text += fmt::format("    {:<18} {:>13} {:>9} {:>13} {:>9} {:>13}  {:>6}  {}\n", "site", "attempts", "emitted",
                        "suppressed", "summaries", "reported", "slack", "worst window: lines of its bound");
    for (const auto& [name, counts, window] : rows_of(report, all)) {
        text += fmt::format("    {:<18} ", name);
        text += counts != nullptr ? fmt::format("{:>13} {:>9} {:>13} {:>9} {:>13}", grouped(counts->attempts),
                                                grouped(counts->emitted), grouped(counts->suppressed),
                                                grouped(counts->summaries), grouped(counts->reported))
                                  : fmt::format("{:61}", "");
        text += *window ? fmt::format("  {:>6}  {}{}\n", slack_text(**window), window_text(**window),
                                      (*window)->holds() ? "" : "  VIOLATION")
                        : fmt::format("  {:>6}  no line\n", "-");
    }
    for (const auto& fault : report.faults) {
        text += fmt::format("  VIOLATION of the log budget: {}\n", fault);
    }
    return text;
}

void compare_totals(std::vector<std::string>& faults, LogSite site, const SiteCounts& counted,
                    const conformance::LogTotals& totals) {
    const auto expect = [&](const char* name, std::uint64_t wanted, std::uint64_t got) {
        if (wanted != got) {
            faults.push_back(fmt::format("{}: the counter `{}` says {}, the outcomes say {}", conformance::word(site),
                                         name, grouped(got), grouped(wanted)));
        }
    };
    expect("emitted", counted.emitted, totals.emitted);
    expect("suppressed", counted.suppressed, totals.suppressed);
    expect("reported", counted.reported, totals.reported);
    expect("summaries", counted.summaries, totals.summaries);
    if (totals.reported > totals.suppressed) {
        faults.push_back(fmt::format("{}: {} attempts reported as suppressed, {} were", conformance::word(site),
                                     grouped(totals.reported), grouped(totals.suppressed)));
    }
}

std::optional<conformance::LogRecord> log_record(const model::Exit<model::Concrete>& exit,
                                                 const model::Outcome<model::Concrete>& outcome) {
    if (outcome.log_line.value() == 0) {
        return std::nullopt;
    }
    // A flush is no attempt: its outcome has no site, its argument does.
    const bool summary = outcome.log_line.value() == static_cast<std::uint8_t>(model::LogLine::summary);
    return conformance::LogRecord{
        .host = {.time = exit.now.value(),
                 .suppressed = outcome.log_suppressed.value(),
                 .number = outcome.log_msr.value(),
                 .vp = exit.vp.value(),
                 .line = outcome.log_line.value(),
                 .site = summary ? static_cast<std::uint8_t>(exit.argument.value()) : outcome.log_site.value(),
                 .vtl = static_cast<std::uint8_t>(exit.vtl1.value() ? 1 : 0)},
        .value = outcome.log_value.value()};
}

void BudgetWatch::start(const conformance::TraceHeader& header) {
    const auto limits = conformance::BudgetLimits::of(header.config);
    if (check_) {
        check_->set_site_limit(limits.site);
        check_->set_total_limit(limits.total);
    } else {
        report_.limits = limits;
        check_.emplace(limits);
    }
    report_.active = model::log_budget_active(header.config).value();
    ++report_.starts;
}

void BudgetWatch::see(const model::Exit<model::Concrete>& exit, const model::Outcome<model::Concrete>& outcome) {
    const auto site = static_cast<LogSite>(outcome.log_site.value());
    if (site != LogSite::none) {
        ++report_.sites.at(outcome.log_site.value()).attempts;
    }
    if (const auto record = log_record(exit, outcome)) {
        const auto line = static_cast<model::LogLine>(record->host.line);
        auto& counts = report_.sites.at(record->host.site);
        ++(line == model::LogLine::warning ? counts.emitted : counts.summaries);
        counts.reported += record->host.suppressed;
        check_->add(record->host);
        lines_.push_back({record->host.time, static_cast<LogSite>(record->host.site), line, record->host.suppressed});
        if (!report_.active && report_.faults.empty()) {
            report_.faults.push_back(
                fmt::format("a line at {} s though the budget is not active", seconds(record->host.time)));
        }
    } else if (site != LogSite::none && report_.active) {
        ++report_.sites.at(outcome.log_site.value()).suppressed;
        suppressed_.add(exit.now.value(), site);
    }
    if (exit.kind.value() == static_cast<std::uint8_t>(model::Kind::log_limits) &&
        outcome.disposition.value() == static_cast<std::uint8_t>(model::Disposition::accepted)) {
        const conformance::LineLimit limit{.burst = exit.value.value(), .interval = exit.value_high.value()};
        if (exit.argument.value() == 0) {
            check_->set_site_limit(limit);
        } else {
            check_->set_total_limit(limit);
        }
        ++report_.changes;
    }
}

BudgetReport BudgetWatch::report() const {
    BudgetReport report = report_;
    if (check_) {
        report.windows = check_->verdict();
    }
    return report;
}

} // namespace vtlcheck::cli
