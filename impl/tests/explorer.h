// Every sequentially consistent interleaving of a few threads whose shared words are accessed through a memory object.
//
// A thread is a function of what it read: to learn its next access it is run from its start, fed with what its accesses
// so far saw, and stopped at the first new one. So nothing has to be suspended, and the code explored is the code
// itself. What a thread does next is kept by what it saw; a state is the memory and what each thread saw.
#ifndef VTL_IMPL_TESTS_EXPLORER_H
#define VTL_IMPL_TESTS_EXPLORER_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace vtl_tests {

using Words = std::vector<std::uint64_t>;

// The words that are shared, by address.
class Cells {
public:
    void add(const std::uint64_t& word) {
        if (index_.emplace(&word, initial_.size()).second)
            initial_.push_back(word);
    }
    std::size_t of(const std::uint64_t& word) const {
        const auto found = index_.find(&word);
        if (found == index_.end())
            throw std::logic_error("an access to a word that was not declared");
        return found->second;
    }
    const Words& initial() const { return initial_; }

private:
    std::unordered_map<const std::uint64_t*, std::size_t> index_;
    Words initial_;
};

struct Access {
    enum class Kind : std::uint8_t { load, store, exchange };
    Kind kind = Kind::load;
    std::size_t cell = 0;
    std::uint64_t expected = 0; // of an exchange
    std::uint64_t desired = 0;  // of an exchange or a store
};

// A run of a thread up to its first access that is not in the past.
class Replay {
public:
    struct Stopped {};

    explicit Replay(const Words& seen) : seen_(seen) {}
    std::uint64_t access(const Access& access) {
        if (position_ < seen_.size())
            return seen_[position_++];
        next_ = access;
        throw Stopped();
    }
    const Access& next() const { return next_; }

private:
    const Words& seen_;
    std::size_t position_ = 0;
    Access next_;
};

// The memory of log_protocol.h and census.h.
class SteppedMemory {
public:
    SteppedMemory(Replay& replay, const Cells& cells) : replay_(&replay), cells_(&cells) {}

    std::uint64_t load(const std::uint64_t& word) const {
        return replay_->access({.kind = Access::Kind::load, .cell = cells_->of(word)});
    }
    std::uint64_t load_acquire(const std::uint64_t& word) const { return load(word); }
    void store(std::uint64_t& word, std::uint64_t value) const {
        replay_->access({.kind = Access::Kind::store, .cell = cells_->of(word), .desired = value});
    }
    void store_release(std::uint64_t& word, std::uint64_t value) const { store(word, value); }
    bool compare_exchange(std::uint64_t& word, std::uint64_t& expected, std::uint64_t desired) const {
        const std::uint64_t seen = replay_->access(
            {.kind = Access::Kind::exchange, .cell = cells_->of(word), .expected = expected, .desired = desired});
        const bool success = seen == expected;
        expected = seen;
        return success;
    }

private:
    Replay* replay_;
    const Cells* cells_;
};

// At most THREADS threads, each of which ends with an Output.
template <class Output>
class Explorer {
public:
    static constexpr std::size_t THREADS = 3;
    using Program = std::function<Output(Replay&)>;
    // Both return what is wrong, nothing if nothing is.
    using Judge = std::function<std::string(const Words&)>;
    using FinalJudge = std::function<std::string(const Words&, const std::vector<const Output*>&)>;

    Explorer(const Words& memory, std::vector<Program> programs) : programs_(std::move(programs)) {
        if (programs_.size() > THREADS)
            throw std::logic_error("too many threads");
        State start{};
        start[0] = intern(memory);
        for (std::size_t thread = 0; thread < programs_.size(); ++thread) {
            roots_.push_back(new_node(thread, NONE, 0));
            start[1 + thread] = roots_.back();
        }
        reach(start);
    }

    // Until all states are explored, or the first fault.
    std::string explore(const Judge& judge, const FinalJudge& judge_end) {
        while (!pending_.empty()) {
            const State state = pending_.back();
            pending_.pop_back();
            std::string fault = judge(*memories_[state[0]]);
            bool end = true;
            for (std::size_t thread = 0; thread < programs_.size(); ++thread)
                if (!nodes_[state[1 + thread]].done) {
                    end = false;
                    advance(state, thread);
                }
            if (end) {
                ++ends_;
                std::vector<const Output*> outputs;
                outputs.reserve(programs_.size());
                for (std::size_t thread = 0; thread < programs_.size(); ++thread)
                    outputs.push_back(&nodes_[state[1 + thread]].output);
                if (fault.empty())
                    fault = judge_end(*memories_[state[0]], outputs);
            }
            if (!fault.empty())
                return fault;
        }
        return "";
    }
    std::size_t states() const { return states_.size(); }
    std::size_t ends() const { return ends_; }

private:
    static constexpr std::uint32_t NONE = ~std::uint32_t{0};
    using State = std::array<std::uint32_t, 1 + THREADS>; // memory, and node of each thread

    // What a thread saw so far, and so what it does next.
    struct Node {
        std::uint32_t parent;
        std::uint64_t seen; // by the access after the parent
        bool done;
        Access next;
        Output output;
        std::map<std::uint64_t, std::uint32_t> children; // by what the next access sees
    };
    struct StateHash {
        std::size_t operator()(const State& state) const {
            std::uint64_t hash = 0;
            for (const std::uint32_t word : state)
                hash = (hash ^ word) * 0x9E3779B97F4A7C15 ^ hash >> 29;
            return hash ^ hash >> 32;
        }
    };

    std::uint32_t new_node(std::size_t thread, std::uint32_t parent, std::uint64_t seen) {
        Words log;
        if (parent != NONE)
            log.push_back(seen);
        for (std::uint32_t n = parent; n != NONE && nodes_[n].parent != NONE; n = nodes_[n].parent)
            log.push_back(nodes_[n].seen);
        const Words forward(log.rbegin(), log.rend());
        Replay replay(forward);
        Node node{.parent = parent, .seen = seen, .done = true, .next = {}, .output = {}, .children = {}};
        try {
            node.output = programs_[thread](replay);
        } catch (const Replay::Stopped&) {
            node.done = false;
            node.next = replay.next();
        }
        nodes_.push_back(std::move(node));
        return static_cast<std::uint32_t>(nodes_.size() - 1);
    }
    std::uint32_t intern(const Words& memory) {
        const auto [place, fresh] = memory_ids_.emplace(memory, static_cast<std::uint32_t>(memories_.size()));
        if (fresh)
            memories_.push_back(&place->first);
        return place->second;
    }
    void reach(const State& state) {
        if (states_.insert(state).second)
            pending_.push_back(state);
    }
    void advance(const State& state, std::size_t thread) {
        const std::uint32_t id = state[1 + thread];
        const Access access = nodes_[id].next;
        const Words& memory = *memories_[state[0]];
        const std::uint64_t held = memory[access.cell];
        State next = state;
        const bool writes =
            access.kind == Access::Kind::store || (access.kind == Access::Kind::exchange && held == access.expected);
        if (writes && held != access.desired) {
            Words changed = memory;
            changed[access.cell] = access.desired;
            next[0] = intern(changed);
        }
        const std::uint64_t seen = access.kind == Access::Kind::store ? 0 : held;
        const auto found = nodes_[id].children.find(seen);
        if (found != nodes_[id].children.end()) {
            next[1 + thread] = found->second;
        } else {
            const std::uint32_t child = new_node(thread, id, seen);
            nodes_[id].children.emplace(seen, child);
            next[1 + thread] = child;
        }
        reach(next);
    }

    std::vector<Program> programs_;
    std::vector<std::uint32_t> roots_;
    std::vector<Node> nodes_;
    std::map<Words, std::uint32_t> memory_ids_;
    std::vector<const Words*> memories_;
    std::unordered_set<State, StateHash> states_;
    std::vector<State> pending_;
    std::size_t ends_ = 0;
};

} // namespace vtl_tests

#endif
