// A campaign on a program that speaks the subject protocol: what it is asked does not depend on its answers, so exits go
// out by the thousand, and the answers are compared as they come.
#include "conformance/subjects/process.hpp"
#include "proptests/campaign.hpp"

#include <deque>

namespace vtlcheck::proptests {
namespace {

using conformance::SubjectProcess;

/// Exits that are sent before an answer is waited for; two batches are under way at a time.
constexpr std::size_t batch_exits = 1024;

struct Question {
    model::ConcreteExit exit;
    SpecifiedStep expected;
    std::size_t begin = 0; ///< of its line, in the batch's text
    std::size_t size = 0;  ///< without the end
};

struct AskedTrace {
    std::uint64_t number = 0;
    unsigned vps = 1;
    std::size_t questions = 0; ///< those of the batch that are this trace's
    conformance::InitialState end;
};

struct Batch {
    std::vector<AskedTrace> traces;
    std::vector<Question> questions;
    std::string text;
};

/// A divergence of the trace that is being compared.
struct Parted {
    Seen seen;
};

/// One program, and the traces it is asked for.
class Worker {
public:
    Worker(const std::string& command, std::chrono::milliseconds limit, const CampaignOptions& options, Board& board)
        : options_(options), board_(board), plans_(arbitrary_plan()), traces_(trace_numbers(options)),
          process_(command, limit, limit) {}

    /// Runs until the board has no more traces, or one parts. `ran` is called after each batch.
    std::optional<Seen> run(Tally& tally, const std::function<void()>& ran) {
        try {
            std::deque<Batch> under_way;
            for (;;) {
                while (under_way.size() < 2 && compose(tally)) {
                    send(batch_);
                    under_way.push_back(std::move(batch_));
                }
                if (under_way.empty()) {
                    at_ = last_;
                    process_.finish();
                    return std::nullopt;
                }
                settle(under_way.front());
                batch_ = std::move(under_way.front());
                under_way.pop_front();
                ran();
            }
        } catch (Parted& parted) {
            board_.fail(parted.seen.trace);
            return std::move(parted.seen);
        } catch (const conformance::SubjectError& error) {
            at_.divergence.subject_error = error.what();
            at_.divergence.last_words = error.last_words;
            board_.fail(at_.trace);
            return at_;
        }
    }

    [[nodiscard]] bool shows_state() const { return process_.shows_state(); }

private:
    /// Fills batch_; false if there is nothing left to ask.
    bool compose(Tally& tally) {
        batch_.traces.clear();
        batch_.questions.clear();
        batch_.text.clear();
        while (batch_.questions.size() < batch_exits) {
            const std::uint64_t number = board_.take(traces_);
            if (number == no_trace) {
                break;
            }
            compose(number, tally);
        }
        return !batch_.traces.empty();
    }

    void compose(std::uint64_t number, Tally& tally) {
        const Plan plan = plan_number(plans_, options_.seed, number).value();
        const auto header = header_of(plan);
        batch_.text += conformance::write_header(header);
        auto& trace = batch_.traces.emplace_back();
        trace = {.number = number, .vps = header.vps, .questions = plan.length, .end = header.start};
        auto budget = model::reset_log_budget<model::Concrete>(header.config);
        ExitGenerator generator(plan);
        for (std::uint32_t i = 0; i < plan.length; ++i) {
            Question& question = batch_.questions.emplace_back();
            generator.next(question.exit);
            const auto vsm = trace.end.vsm;
            question.expected = specified_step(as_written(), header.config, trace.end, budget, question.exit);
            tally.see(header.config, vsm, question.exit, question.expected);
            question.begin = batch_.text.size();
            conformance::append(batch_.text, question.exit);
            question.size = batch_.text.size() - question.begin;
            batch_.text += '\n';
        }
        ++tally.traces;
    }

    void send(const Batch& batch) {
        std::size_t sent = 0;
        const auto* question = batch.questions.data();
        const std::string_view text = batch.text;
        for (const auto& trace : batch.traces) {
            for (std::size_t i = 0; i < trace.questions; ++i, ++question) {
                const std::size_t end = question->begin + question->size + 1;
                process_.tell(text.substr(sent, question->begin - sent)); // of the first: the header
                process_.ask(text.substr(question->begin, question->size + 1));
                sent = end;
            }
            if (shows_state()) {
                process_.ask("state\n");
            }
        }
        process_.flush();
    }

    void settle(const Batch& batch) {
        const auto* question = batch.questions.data();
        for (const auto& trace : batch.traces) {
            for (std::size_t i = 0; i < trace.questions; ++i, ++question) {
                at_ = {.trace = trace.number, .divergence = {}};
                at_.divergence.step = i;
                compare(batch, *question);
            }
            last_ = at_;
            last_.divergence.clause = clause_of((question - 1)->expected);
            if (shows_state()) {
                compare_state(trace);
            }
            board_.exits_done.fetch_add(trace.questions, std::memory_order_relaxed);
        }
    }

    void compare(const Batch& batch, const Question& question) {
        const std::string_view line = std::string_view(batch.text).substr(question.begin, question.size);
        try {
            const auto observed = outcome_of_answer(process_, process_.answer(), line, question.exit);
            auto differences = conformance::diff(question.expected.step.out, observed);
            if (!differences.empty()) {
                at_.divergence.clause = clause_of(question.expected, differences);
                at_.divergence.differences = std::move(differences);
                throw Parted{at_};
            }
        } catch (const conformance::SubjectError&) {
            at_.divergence.clause = clause_of(question.expected);
            throw;
        }
    }

    void compare_state(const AskedTrace& trace) {
        at_ = last_;
        at_.divergence.differences = diff_registers(trace.end, conformance::state_of_answer(process_, trace.vps));
        if (!at_.divergence.differences.empty()) {
            throw Parted{at_};
        }
    }

    const CampaignOptions& options_;
    Board& board_;
    rc::Gen<Plan> plans_;
    TraceNumbers traces_;
    SubjectProcess process_;
    Batch batch_; ///< being made; its memory is used again
    Seen at_;     ///< the exit whose answer is looked at
    Seen last_;   ///< the last exit of the last trace
};

} // namespace

CampaignResult run_campaign_of_program(const std::string& command, std::chrono::milliseconds limit,
                                       const CampaignOptions& options, const Progress& progress) {
    const auto began = std::chrono::steady_clock::now();
    Board board;
    std::mutex merging;
    CampaignResult result;
    result.subject = "cmd:" + command;
    result.visible = conformance::Visible::registers;
    Seen first;
    in_threads(thread_count(options), board, [&](bool reports) {
        Worker worker(command, limit, options, board);
        Tally tally;
        const auto seen = worker.run(tally, [&] {
            if (reports && progress) {
                progress(board.exits_done.load(std::memory_order_relaxed), options.exits / options.shards);
            }
        });
        const std::lock_guard lock(merging);
        result.coverage.add(tally.coverage);
        result.exits += tally.exits;
        result.traces += tally.traces;
        if (!worker.shows_state()) {
            result.visible = conformance::Visible::outcomes;
        }
        if (seen && seen->trace < first.trace) {
            first = *seen;
        }
    });
    if (first.trace != no_trace) {
        judge_failure(result, options, first,
                      {.patient = [&] { return conformance::process_subject(command, limit, limit); },
                       .impatient = [&] { return conformance::process_subject(command, impatience(limit), limit); }});
    } else {
        judge_coverage(result, options);
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return result;
}

} // namespace vtlcheck::proptests
