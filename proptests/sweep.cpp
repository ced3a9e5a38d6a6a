#include "proptests/sweep.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace vtlcheck::proptests {
namespace {

using Json = nlohmann::ordered_json;

std::string key_of(const Sweep& sweep) { return sweep.name() + " " + sweep.mode(); }

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

} // namespace

SweepCounts& SweepCounts::operator+=(const SweepCounts& other) {
    cases += other.cases;
    in_full += other.in_full;
    alike += other.alike;
    bits += other.bits;
    return *this;
}

KeptChunks::KeptChunks(const std::string& file, std::uint64_t content)
    : content_(content), journal_(file, "result of a sweep by this program", [this](const std::string& line) {
          const auto json = Json::parse(line);
          if (json.at("content") != fmt::format("{:016x}", content_)) {
              throw std::runtime_error("program or subject were built anew since");
          }
          ChunkResult result;
          result.counts = {.cases = json.at("cases"),
                           .in_full = json.at("in_full"),
                           .alike = json.at("alike"),
                           .bits = json.at("bits")};
          result.violations = json.at("violations");
          result.cut_short = json.at("cut_short");
          if (result.violations != 0) {
              result.first = {.clause = json.at("clause"), .trace = json.at("trace")};
          }
          kept_.insert_or_assign({json.at("sweep"), json.at("chunk")}, std::move(result));
      }) {}

const ChunkResult* KeptChunks::find(const Sweep& sweep, std::uint64_t chunk) const {
    const auto found = kept_.find({key_of(sweep), sweep.chunk_name(chunk)});
    return found == kept_.end() ? nullptr : &found->second;
}

void KeptChunks::add(const Sweep& sweep, std::uint64_t chunk, const ChunkResult& result) {
    Json json{{"sweep", key_of(sweep)},
              {"chunk", sweep.chunk_name(chunk)},
              {"content", fmt::format("{:016x}", content_)},
              {"cases", result.counts.cases},
              {"in_full", result.counts.in_full},
              {"alike", result.counts.alike},
              {"bits", result.counts.bits},
              {"violations", result.violations},
              {"cut_short", result.cut_short}};
    if (result.first) {
        json["clause"] = result.first->clause;
        json["trace"] = result.first->trace;
    }
    // What a subject says of itself need not be text.
    journal_.append(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

SweepResult run_sweep(const Sweep& sweep, const SubjectFactory& make_subject, const SweepOptions& options,
                      KeptChunks& kept, const SweepProgress& progress) {
    if (options.shards == 0 || options.shard == 0 || options.shard > options.shards) {
        throw std::invalid_argument("a shard is one of 1 to the number of shards");
    }
    const auto began = std::chrono::steady_clock::now();
    const double processor_began = processor_seconds();
    SweepResult result;
    result.name = sweep.name();
    result.unit = sweep.unit();
    result.mode = sweep.mode();
    result.chunks = sweep.chunks();
    std::uint64_t lowest = result.chunks; // chunk of `first`
    const auto take = [&](std::uint64_t chunk, const ChunkResult& one) {
        result.counts += one.counts;
        result.violations += one.violations;
        result.cut_short = result.cut_short || one.cut_short;
        if (one.first && chunk < lowest) {
            lowest = chunk;
            result.first = one.first;
        }
    };
    std::vector<std::uint64_t> open;
    for (std::uint64_t chunk = options.shard - 1; chunk < result.chunks; chunk += options.shards) {
        ++result.wanted;
        if (const auto* one = kept.find(sweep, chunk)) {
            ++result.resumed;
            take(chunk, *one);
        } else {
            open.push_back(chunk);
        }
    }
    std::uint64_t done = result.resumed;
    std::atomic<std::size_t> next{0};
    std::mutex mutex; // of what follows, of `result`, `done` and `kept`
    std::exception_ptr problem;
    const auto work = [&] {
        try {
            const auto subject = make_subject();
            for (std::size_t n = next++; n < open.size(); n = next++) {
                const ChunkResult one = sweep.run(open[n], *subject);
                const std::lock_guard lock(mutex);
                kept.add(sweep, open[n], one);
                take(open[n], one);
                ++done;
                if (progress) {
                    progress(done, result.wanted, result.violations);
                }
            }
        } catch (...) {
            const std::lock_guard lock(mutex);
            problem = std::current_exception();
            next = open.size();
        }
    };
    {
        const unsigned threads =
            options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < threads && i < open.size(); ++i) {
            helpers.emplace_back(work);
        }
        work();
    }
    if (problem) {
        std::rethrow_exception(problem);
    }
    if (result.violations != 0) {
        result.verdict = Verdict::violation;
    } else if (result.counts.cases != 0 && result.counts.exits() + result.counts.bits != 0) {
        result.verdict = Verdict::conforms;
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    result.processor_seconds = processor_seconds() - processor_began;
    return result;
}

} // namespace vtlcheck::proptests
