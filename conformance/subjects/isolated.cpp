#include "conformance/subjects/isolated.hpp"

#include "model/vocabulary.hpp"
#include "support/shared_memory.hpp"
#include "support/subprocess.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace vtlcheck::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t audit_capacity = model::audit_capacity;
constexpr std::size_t message_room = 512;
constexpr std::size_t block_room = std::size_t{1} << 16U;
// How often a look is taken at a process whose pipes somebody else holds open.
constexpr std::chrono::milliseconds glance{100};
constexpr std::chrono::milliseconds patience{1000};

enum class Call : std::uint8_t { start, handle, access_exits, take_log, census_count, census_sketch, inspect };

/// What can be asked of a VP without changing it, as of the last call that changed something.
struct VpView {
    InitialState::Vp registers;
    std::array<std::array<std::uint64_t, 512>, 2> msr_bitmap;
    std::array<InterceptControls, 2> controls;
    std::array<AuditRecord, audit_capacity> audit;
    std::uint64_t audit_count;
    std::uint64_t log_lost;
    std::uint8_t next_entry;
};

/// What both processes see. One of them writes at a time; what the subject's says is checked where it is a length.
struct Exchange {
    // The question.
    Call call{};
    std::uint32_t vp = 0;
    std::uint32_t msr = 0;
    unsigned vtl = 0;
    bool write = false;
    model::Exit<Concrete> exit;
    model::Config<Concrete> config;
    unsigned vps = 0;

    // Both: where a partition starts, and what it became.
    std::array<model::PartitionVtl<Concrete>, 2> partition;
    model::PartitionVsm<Concrete> vsm;
    std::array<LogTotals, model::log_site_count> log_totals;
    std::array<VpView, max_vps> views;

    // The answer.
    bool contract_broken = false;
    std::array<char, message_room> message;
    model::Outcome<Concrete> outcome;
    std::uint64_t number = 0;
    std::uint64_t block_size = 0; ///< of what `block` holds, in bytes
    std::uint64_t more = 0;       ///< inspect: the whole text's size
    std::array<char, block_room> block;
};

template <class T>
void put(Exchange& exchange, const std::vector<T>& items) {
    const std::size_t bytes = std::min(items.size() * sizeof(T), block_room / sizeof(T) * sizeof(T));
    std::memcpy(exchange.block.data(), items.data(), bytes);
    exchange.block_size = bytes;
}
template <class T>
std::vector<T> taken(const Exchange& exchange) {
    std::vector<T> items(std::min<std::uint64_t>(exchange.block_size, block_room) / sizeof(T));
    std::memcpy(items.data(), exchange.block.data(), items.size() * sizeof(T));
    return items;
}

// ---- the subject's process ----

void show(Subject& subject, Exchange& exchange) {
    exchange.partition = subject.partition();
    exchange.vsm = subject.vsm();
    for (std::uint8_t site = 1; site < model::log_site_count; ++site) {
        exchange.log_totals[site] = subject.log_totals(site);
    }
    for (std::uint32_t i = 0; i < exchange.vps; ++i) {
        VpView& view = exchange.views[i];
        subject.vp(i, view.registers);
        for (unsigned vtl = 0; vtl < 2; ++vtl) {
            std::copy_n(subject.msr_bitmap(i, vtl).begin(), view.msr_bitmap[vtl].size(), view.msr_bitmap[vtl].begin());
            view.controls[vtl] = subject.controls(i, vtl);
        }
        const auto records = subject.audit_records(i);
        view.audit_count = std::min(records.size(), audit_capacity);
        std::copy_n(records.begin(), view.audit_count, view.audit.begin());
        view.log_lost = subject.log_lost(i);
        view.next_entry = subject.next_entry(i);
    }
}

void serve_start(Subject& subject, Exchange& exchange) {
    TraceHeader header;
    header.config = exchange.config;
    header.vps = exchange.vps;
    header.start.partition = exchange.partition;
    header.start.vsm = exchange.vsm;
    header.start.vp.resize(exchange.vps);
    for (std::uint32_t i = 0; i < exchange.vps; ++i) {
        header.start.vp[i] = exchange.views[i].registers;
    }
    subject.start(header);
    show(subject, exchange);
}

void serve_call(Subject& subject, Exchange& exchange) {
    switch (exchange.call) {
    case Call::start:
        return serve_start(subject, exchange);
    case Call::handle:
        exchange.outcome = subject.handle(exchange.exit);
        return show(subject, exchange);
    case Call::access_exits:
        exchange.number = subject.access_exits(exchange.vp, exchange.vtl, exchange.msr, exchange.write) ? 1 : 0;
        return;
    case Call::take_log:
        put(exchange, subject.take_log(exchange.vp));
        exchange.views[exchange.vp].log_lost = subject.log_lost(exchange.vp);
        return;
    case Call::census_count:
        exchange.number = subject.census_count(exchange.vp, exchange.msr, exchange.write);
        return;
    case Call::census_sketch:
        return put(exchange, subject.census_sketch(exchange.vp));
    case Call::inspect: {
        const std::string text = subject.inspect();
        exchange.more = text.size();
        const std::size_t from = std::min<std::size_t>(exchange.number, text.size());
        exchange.block_size = std::min(text.size() - from, block_room);
        std::memcpy(exchange.block.data(), text.data() + from, exchange.block_size);
        return;
    }
    }
}

/// Serves calls until nobody asks any more.
void serve(const SubjectMaker& make, Exchange& exchange, const support::Descriptor& questions,
           const support::Descriptor& answers) {
    const auto subject = make();
    for (char byte = 0; ::read(questions.get(), &byte, 1) == 1;) {
        exchange.contract_broken = false;
        try {
            serve_call(*subject, exchange);
        } catch (const SubjectError& error) {
            exchange.contract_broken = true;
            const std::string_view text = error.what();
            exchange.message.fill('\0');
            std::copy_n(text.begin(), std::min(text.size(), message_room - 1), exchange.message.begin());
        }
        if (::write(answers.get(), &byte, 1) != 1) {
            return;
        }
    }
}

// ---- this process ----

enum class Wait : std::uint8_t { answered, ended, late };

/// Waits for a byte.
Wait wait_for(support::Subprocess& process, const support::Descriptor& answers, std::chrono::milliseconds limit) {
    const auto until = Clock::now() + limit;
    for (bool over = false;; over = process.ended()) {
        std::array<::pollfd, 2> ready{::pollfd{answers.get(), POLLIN, 0}, {process.words(), POLLIN, 0}};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        const auto wait = over ? std::chrono::milliseconds(0) : std::clamp(left, std::chrono::milliseconds(0), glance);
        ::poll(ready.data(), ready.size(), static_cast<int>(wait.count()));
        if (ready[1].revents != 0) {
            process.listen();
        }
        if (ready[0].revents != 0) {
            char byte = 0;
            return ::read(answers.get(), &byte, 1) == 1 ? Wait::answered : Wait::ended;
        }
        if (over) {
            return Wait::ended;
        }
        if (Clock::now() >= until) {
            return Wait::late;
        }
    }
}

class IsolatedSubject final : public Subject {
public:
    IsolatedSubject(SubjectMaker make, std::string name, std::chrono::milliseconds limit)
        : make_(std::move(make)), name_(std::move(name)), limit_(limit) {}

    [[nodiscard]] std::string name() const override { return name_; }

    void start(const TraceHeader& header) override {
        if (!process_) {
            launch();
        }
        exchange_->config = header.config;
        exchange_->vps = header.vps;
        exchange_->partition = header.start.partition;
        exchange_->vsm = header.start.vsm;
        vps_ = header.vps;
        for (std::uint32_t i = 0; i < header.vps; ++i) {
            exchange_->views[i].registers = header.start.vp[i];
        }
        call(Call::start);
    }

    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        exchange_->exit = exit;
        call(Call::handle);
        return exchange_->outcome;
    }

    [[nodiscard]] std::array<model::PartitionVtl<Concrete>, 2> partition() const override {
        return exchange_->partition;
    }
    [[nodiscard]] model::PartitionVsm<Concrete> vsm() const override { return exchange_->vsm; }
    void vp(std::uint32_t index, InitialState::Vp& registers) const override { registers = view(index).registers; }
    [[nodiscard]] MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const override {
        return view(vp).msr_bitmap.at(vtl);
    }
    [[nodiscard]] InterceptControls controls(std::uint32_t vp, unsigned vtl) const override {
        return view(vp).controls.at(vtl);
    }
    [[nodiscard]] std::uint8_t next_entry(std::uint32_t vp) const override { return view(vp).next_entry; }
    [[nodiscard]] std::vector<AuditRecord> audit_records(std::uint32_t vp) const override {
        const VpView& seen = view(vp);
        return {seen.audit.begin(), seen.audit.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(
                                                             seen.audit_count, audit_capacity))};
    }
    [[nodiscard]] LogTotals log_totals(std::uint8_t site) const override { return exchange_->log_totals.at(site); }
    [[nodiscard]] std::uint64_t log_lost(std::uint32_t vp) const override { return view(vp).log_lost; }

    [[nodiscard]] bool access_exits(std::uint32_t vp, unsigned vtl, std::uint32_t msr, bool write) const override {
        exchange_->vtl = vtl;
        ask(Call::access_exits, vp, msr, write);
        return exchange_->number != 0;
    }
    std::vector<LogRecord> take_log(std::uint32_t vp) override {
        ask(Call::take_log, vp);
        return taken<LogRecord>(*exchange_);
    }
    [[nodiscard]] std::uint32_t census_count(std::uint32_t vp, std::uint32_t msr, bool write) const override {
        ask(Call::census_count, vp, msr, write);
        return static_cast<std::uint32_t>(exchange_->number);
    }
    [[nodiscard]] std::vector<CensusEntry> census_sketch(std::uint32_t vp) const override {
        ask(Call::census_sketch, vp);
        return taken<CensusEntry>(*exchange_);
    }
    [[nodiscard]] std::string inspect() const override {
        constexpr std::uint64_t most = std::uint64_t{64} << 20U;
        std::string text;
        do {
            exchange_->number = text.size();
            call(Call::inspect);
            const auto block = taken<char>(*exchange_);
            if (block.empty()) {
                break;
            }
            text.append(block.begin(), block.end());
        } while (text.size() < std::min(exchange_->more, most));
        return text;
    }

private:
    void launch() {
        support::Pipe questions;
        support::Pipe answers;
        process_.emplace(support::Subprocess::copy([&] {
            questions.write.close();
            answers.read.close();
            serve(make_, *exchange_, questions.read, answers.write);
        }));
        questions_ = std::move(questions.write);
        answers_ = std::move(answers.read);
    }

    [[nodiscard]] const VpView& view(std::uint32_t vp) const {
        if (vp >= vps_) {
            throw std::out_of_range("no such VP");
        }
        return exchange_->views[vp];
    }

    void ask(Call what, std::uint32_t vp, std::uint32_t msr = 0, bool write = false) const {
        exchange_->vp = vp;
        exchange_->msr = msr;
        exchange_->write = write;
        call(what);
    }

    void call(Call what) const {
        if (!process_) {
            throw SubjectError("it is not there any more");
        }
        exchange_->call = what;
        const char byte = 0;
        const bool asked = ::write(questions_.get(), &byte, 1) == 1;
        const Wait wait = asked ? wait_for(*process_, answers_, limit_) : Wait::ended;
        if (wait == Wait::answered) {
            if (exchange_->contract_broken) {
                exchange_->message.back() = '\0';
                throw SubjectError(exchange_->message.data());
            }
            return;
        }
        std::string how;
        if (wait == Wait::late) {
            process_->listen();
            how = fmt::format("gave no answer within {:g} s", std::chrono::duration<double>(limit_).count());
        } else {
            how = process_->how_it_ended(patience);
        }
        const SubjectError error("it " + (how.empty() ? "closed its descriptors" : how), process_->last_words());
        process_.reset();
        throw error;
    }

    SubjectMaker make_;
    std::string name_;
    std::chrono::milliseconds limit_;
    mutable support::SharedMemory<Exchange> exchange_;
    mutable std::optional<support::Subprocess> process_;
    support::Descriptor questions_;
    support::Descriptor answers_;
    std::uint32_t vps_ = 0;
};

} // namespace

void expect_subject(const SubjectMaker& make, const std::string& name, std::chrono::milliseconds limit) {
    support::SharedMemory<Exchange> exchange;
    support::Pipe answers;
    auto process = support::Subprocess::copy([&] {
        answers.read.close();
        std::string refusal;
        try {
            (void)make();
        } catch (const NoSubject& error) {
            refusal = error.what();
        }
        exchange->block_size = std::min(refusal.size(), block_room);
        std::copy_n(refusal.begin(), exchange->block_size, exchange->block.begin());
        const char byte = 0;
        [[maybe_unused]] const auto written = ::write(answers.write.get(), &byte, 1);
    });
    answers.write.close();
    switch (wait_for(process, answers.read, limit)) {
    case Wait::answered:
        break;
    case Wait::late:
        throw NoSubject(fmt::format("{}: cannot be loaded: it did not come back within {:g} s", name,
                                    std::chrono::duration<double>(limit).count()));
    case Wait::ended:
        throw NoSubject(fmt::format("{}: cannot be loaded: it {}", name, process.how_it_ended(patience)));
    }
    if (const auto refusal = taken<char>(*exchange); !refusal.empty()) {
        throw NoSubject(std::string(refusal.begin(), refusal.end()));
    }
}

std::unique_ptr<Subject> isolated_subject(SubjectMaker make, std::string name, std::chrono::milliseconds limit) {
    return std::make_unique<IsolatedSubject>(std::move(make), std::move(name), limit);
}

} // namespace vtlcheck::conformance
