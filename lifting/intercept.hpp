// The entry points of the intercept path, lifted: every word of partition, VPs, slots, logs, exit and outcome has a
// name, which is the path of its field, and each may be bound to a constant before lifting.
//
// Names. `partition.config.isolation`, `vp[0].state.vtl[1].star`, `vp[0].controls[0].cr0_read_shadow`,
// `vp[0].msr_bitmap[1][511]`, `slots[1].started`, `logs[0].emitted[3]`, `census[0].count[1][0][16]`, `exit.info[0]`,
// `outcome.gpr[0]`, and for other entries `config.vps`, `state.vp.vina`, `audit_record.time`, `log_record.host.time`,
// `counters.emitted`, `entry.msr`. A C bool is one bit, a Bool in Z3; other words have the width of their field.
//
//     Module module("vtl_intercept.bc");
//     z3::context context;
//     Intercept intercept(module, context);
//     intercept.bind("exit.kind", 0);
//     intercept.bind("exit.info[0]", 0x1F);                       // RDMSR
//     Lifted lifted = intercept.run("vtl_handle_exit");
//     lifted.after("outcome.gpr[0]") == ...                        // over intercept.before("vp[0].state.vtl[0].star")
#pragma once

#include "lifting/lifter.hpp"

#include <z3++.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vtlcheck::lifting {

struct InterceptOptions {
    unsigned vps = 2;          ///< config.vps, and the length of slots and logs; at least 1
    unsigned vp = 0;           ///< index of the VP that is passed
    bool census = false;       ///< a census is attached to each VP, else none
    LifterOptions lifter = {}; ///< partition, slots, logs and censuses are the shared regions
};

/// An obligation in Z3.
struct Z3Obligation {
    std::string what;
    std::string where;
    z3::expr violation; ///< Bool; satisfiable together with the preconditions: undefined behaviour
};

class Intercept;

/// What a call did.
class Lifted {
public:
    /// The word of that name after the call: a Bool of a C bool, else a bit-vector of the field's width. Throws
    /// std::invalid_argument if there is none.
    [[nodiscard]] z3::expr after(const std::string& name) const;
    /// What it returned: a Bool of a C bool, else a bit-vector; 0 in one bit of nothing.
    [[nodiscard]] z3::expr result() const;
    /// What must not happen. All must be unsatisfiable under the preconditions of the call.
    [[nodiscard]] const std::vector<Z3Obligation>& obligations() const;
    /// Names of the words whose term is another than before, in the order of names().
    [[nodiscard]] const std::vector<std::string>& changed() const { return changed_; }

    [[nodiscard]] Term after_term(const std::string& name) const;
    [[nodiscard]] Term result_term() const { return result_.bits; }
    [[nodiscard]] const Memory& memory() const { return memory_; }
    [[nodiscard]] const std::vector<Obligation>& obligation_terms() const { return obligation_terms_; }
    [[nodiscard]] std::size_t instructions() const { return instructions_; }

private:
    friend class Intercept;
    Lifted(const Intercept& intercept, Memory memory) : intercept_(&intercept), memory_(std::move(memory)) {}

    const Intercept* intercept_;
    Memory memory_;
    Value result_{};
    bool boolean_result_ = false;
    mutable std::vector<Z3Obligation> obligations_; // made when they are asked for
    std::vector<Obligation> obligation_terms_;
    std::vector<std::string> changed_;
    std::size_t instructions_ = 0;
};

/// Sets the scene for calls. One context, one thread. May run several entries; each starts from the same words.
class Intercept {
public:
    /// Module and context must outlive this object and what it returns. Throws std::invalid_argument if the options are
    /// out of their range, or if the module lacks a struct of the C ABI.
    Intercept(const Module& module, z3::context& context, InterceptOptions options = {});
    ~Intercept();
    Intercept(const Intercept&) = delete;
    Intercept& operator=(const Intercept&) = delete;

    struct Name {
        std::string name;
        unsigned bits; ///< 1 of a C bool
        bool pointer;
    };
    /// All words, region by region, by offset.
    [[nodiscard]] const std::vector<Name>& names() const;
    [[nodiscard]] bool has(const std::string& name) const;

    struct Place {
        std::string region; ///< such as `vp[0]`
        std::uint64_t offset;
        unsigned bytes;
    };
    /// Where the word is. Throws std::invalid_argument if there is none of that name.
    [[nodiscard]] Place place(const std::string& name) const;

    /// Makes the word that constant from the start, so that lifting leaves out what it excludes. Bound already are
    /// `partition.config.vps`, `config.vps`, `vp[i].index` and all pointers. Throws std::invalid_argument if there is
    /// no such word, or the value does not fit.
    void bind(const std::string& name, std::uint64_t value);
    /// Makes it a term of `terms()` of its width.
    void bind(const std::string& name, Term value);

    /// The word before the call: the variable of its name, or what it is bound to.
    [[nodiscard]] z3::expr before(const std::string& name) const;
    [[nodiscard]] Term before_term(const std::string& name) const;

    struct Null {};
    /// An argument: the address of a region by its name (`partition`, `vp[1]`, `slots`, `exit`), a null pointer, or a
    /// number.
    using Argument = std::variant<std::string, Null, std::uint64_t>;
    /// Calls an entry with the regions that its parameters are named after; a parameter that is no pointer is the
    /// variable `argument.NAME`. Throws what Lifter::call throws.
    [[nodiscard]] Lifted run(const std::string& entry);
    [[nodiscard]] Lifted run(const std::string& entry, const std::vector<Argument>& arguments);

    /// A variable `argument.NAME` of run() that is to be constant; null pointers by the value 0.
    void bind_argument(const std::string& parameter, std::uint64_t value);

    [[nodiscard]] Terms& terms() const;
    [[nodiscard]] World& world() const;
    [[nodiscard]] z3::expr z3(Term term) const;

private:
    friend class Lifted;
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// A one-line list of obligations that can be violated, each with a solver call; empty if none can. `preconditions`
/// are used here only. Throws std::runtime_error if the solver gives up after `milliseconds`.
[[nodiscard]] std::vector<std::string> violated(z3::context& context, const std::vector<Z3Obligation>& obligations,
                                                const std::vector<z3::expr>& preconditions,
                                                unsigned milliseconds = 60000);

} // namespace vtlcheck::lifting
