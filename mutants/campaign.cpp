#include "mutants/campaign.hpp"

#include "mutants/hash.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

namespace vtlcheck::mutants {
namespace {

using Json = nlohmann::ordered_json;

template <class E>
E named(std::string_view word, std::uint8_t count) {
    for (std::uint8_t i = 0; i < count; ++i) {
        if (name_of(static_cast<E>(i)) == word) {
            return static_cast<E>(i);
        }
    }
    throw ResultsError(fmt::format("\"{}\" is none of the words that may stand there", word));
}

} // namespace

KeptResults::KeptResults(const std::string& file)
    : journal_(file, "result of a mutant", [this](const std::string& line) {
          const auto json = Json::parse(line);
          Result result;
          result.kind = named<Kind>(json.at("kind").get<std::string>(), kind_count);
          result.name = json.at("name");
          result.outcome.verdict = named<Verdict>(json.at("verdict").get<std::string>(), verdict_count);
          result.outcome.by = json.at("by");
          result.outcome.detail = json.at("detail");
          result.seconds = json.at("seconds");
          const auto content = std::stoull(json.at("content").get<std::string>(), nullptr, 16);
          kept_.insert_or_assign({result.kind, result.name}, std::pair(content, result));
      }) {}

const Result* KeptResults::find(const Mutant& mutant) const {
    const auto found = kept_.find({mutant.kind, mutant.name});
    const bool good = found != kept_.end() && found->second.first == mutant.content &&
                      found->second.second.outcome.verdict != Verdict::error;
    return good ? &found->second.second : nullptr;
}

void KeptResults::add(const Mutant& mutant, const Result& result) {
    const Json json{{"kind", name_of(mutant.kind)},
                    {"name", mutant.name},
                    {"content", fmt::format("{:016x}", mutant.content)},
                    {"verdict", name_of(result.outcome.verdict)},
                    {"by", result.outcome.by},
                    {"detail", result.outcome.detail},
                    {"seconds", result.seconds}};
    // What a mutant prints need not be text.
    journal_.append(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::vector<Result> run_mutants(const std::vector<Mutant>& mutants, unsigned threads, KeptResults& kept,
                                const CampaignProgress& progress) {
    std::vector<Result> results(mutants.size());
    std::vector<std::size_t> open;
    CampaignState state;
    state.total = mutants.size();
    for (std::size_t i = 0; i < mutants.size(); ++i) {
        if (const auto* result = kept.find(mutants[i])) {
            results[i] = *result;
            ++state.done;
            state.survivors += result->outcome.verdict == Verdict::survived ? 1 : 0;
        } else {
            open.push_back(i);
        }
    }
    std::atomic<std::size_t> next{0};
    std::mutex mutex; // of what follows, and of `kept`
    std::exception_ptr problem;
    const auto work = [&](unsigned worker) {
        for (std::size_t n = next++; n < open.size(); n = next++) {
            const Mutant& mutant = mutants[open[n]];
            Result& result = results[open[n]];
            const auto begin = std::chrono::steady_clock::now();
            result.kind = mutant.kind;
            result.name = mutant.name;
            try {
                result.outcome = mutant.run(worker);
            } catch (const std::exception& error) {
                result.outcome = {Verdict::error, error.what(), ""};
            }
            result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            const std::lock_guard lock(mutex);
            try {
                kept.add(mutant, result);
            } catch (...) {
                problem = std::current_exception();
                next = open.size();
            }
            ++state.done;
            state.survivors += result.outcome.verdict == Verdict::survived ? 1 : 0;
            state.last = &result;
            if (progress) {
                progress(state);
            }
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < std::max(1U, threads); ++i) {
            helpers.emplace_back(work, i);
        }
        work(0);
    }
    if (problem) {
        std::rethrow_exception(problem);
    }
    return results;
}

std::vector<Mutant> sample_of(const std::vector<Mutant>& mutants, std::size_t count, std::uint64_t seed) {
    if (count >= mutants.size()) {
        return mutants;
    }
    std::array<std::vector<std::pair<std::uint64_t, std::size_t>>, kind_count> by_kind;
    for (std::size_t i = 0; i < mutants.size(); ++i) {
        const auto kind = static_cast<std::size_t>(mutants[i].kind);
        by_kind.at(kind).emplace_back(hashed(mutants[i].name, hashed(std::to_string(seed))), i);
    }
    std::vector<std::size_t> chosen_ones;
    for (auto& all : by_kind) {
        std::sort(all.begin(), all.end());
        const std::size_t share = (count * all.size() + mutants.size() - 1) / mutants.size();
        for (std::size_t i = 0; i < std::min(share, all.size()); ++i) {
            chosen_ones.push_back(all[i].second);
        }
    }
    std::sort(chosen_ones.begin(), chosen_ones.end());
    std::vector<Mutant> sample;
    for (const std::size_t i : chosen_ones) {
        sample.push_back(mutants[i]);
    }
    return sample;
}

} // namespace vtlcheck::mutants
