// Sets the scene for the entry points of the C ABI.
#include "lifting/intercept.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace vtlcheck::lifting {

namespace {

// A word of a region.
struct CellPlace {
    std::uint32_t region;
    std::uint32_t cell;
};

constexpr unsigned padding_most = 8; // bytes of one cell of padding

} // namespace

struct Intercept::Implementation {
    Implementation(const Module& m, z3::context& c, InterceptOptions o)
        : module(m), options(std::move(o)), world(terms), converter(c, terms) {}

    const Module& module;
    InterceptOptions options;
    Terms terms;
    World world;
    mutable Z3Terms converter;
    std::vector<Name> names;
    std::unordered_map<std::string, CellPlace> words;
    std::map<std::uint32_t, std::vector<Contents>> initial; ///< by region
    std::map<std::string, std::uint64_t> bound_arguments;

    std::uint32_t add(const std::string& name, std::string_view type, unsigned count = 0, bool shared = false);
    [[nodiscard]] const CellPlace& word(const std::string& name) const;
    [[nodiscard]] const Cell& cell(const CellPlace& word) const { return world.region(word.region).cells[word.cell]; }
    [[nodiscard]] Term read(const CellPlace& word, const Contents& contents) {
        return cell(word).boolean ? terms.extract(contents.bits, 0, 1) : contents.bits;
    }
    [[nodiscard]] std::string region_of(const std::string& entry, const std::string& parameter) const;
};

// A region of one struct, or of an array of `count`.
std::uint32_t Intercept::Implementation::add(const std::string& name, std::string_view type, unsigned count,
                                             bool shared) {
    const std::vector<Field> fields = module.fields(type);
    const std::uint64_t size = module.size_of(type);
    Region region;
    region.name = name;
    region.align = module.align_of(type);
    region.shared = shared;
    const auto pad = [&](std::uint64_t end) {
        while (region.size < end) {
            const std::uint64_t bytes = std::min<std::uint64_t>(padding_most, end - region.size);
            region.cells.push_back(
                {static_cast<std::uint32_t>(region.size), static_cast<std::uint8_t>(bytes), {}, false});
            region.size += bytes;
        }
    };
    const std::size_t first_name = names.size();
    std::vector<bool> pointers;
    for (unsigned i = 0; i < std::max(1U, count); ++i) {
        const std::uint64_t base = i * size;
        for (const Field& field : fields) {
            pad(base + field.offset);
            const std::string path = count == 0 ? field.path : fmt::format("[{}].{}", i, field.path);
            region.cells.push_back({static_cast<std::uint32_t>(base + field.offset),
                                    static_cast<std::uint8_t>(field.bits / 8), path, field.boolean});
            region.size += field.bits / 8;
            names.push_back(
                {count == 0 ? name + '.' + path : name + path, field.boolean ? 1 : field.bits, field.pointer});
        }
        pad(base + size);
    }
    std::vector<Contents> contents;
    std::size_t next = first_name;
    for (const Cell& cell : region.cells) {
        if (cell.name.empty()) {
            contents.push_back({terms.constant(8U * cell.bytes, 0), terms.constant(cell.bytes, ~Word{0})});
        } else {
            const Name& named = names[next++];
            contents.push_back(
                {terms.zext(terms.variable(named.name, named.bits), 8U * cell.bytes), terms.constant(cell.bytes, 0)});
        }
    }
    const std::uint32_t number = world.add(std::move(region));
    next = first_name;
    for (std::uint32_t i = 0; i < contents.size(); ++i) {
        if (!world.region(number).cells[i].name.empty()) {
            words.emplace(names[next++].name, CellPlace{number, i});
        }
    }
    initial.emplace(number, std::move(contents));
    return number;
}

const CellPlace& Intercept::Implementation::word(const std::string& name) const {
    const auto found = words.find(name);
    if (found == words.end()) {
        throw std::invalid_argument(fmt::format("There is no word '{}'; names() lists those there are.", name));
    }
    return found->second;
}

std::string Intercept::Implementation::region_of(const std::string& entry, const std::string& parameter) const {
    if (parameter == "vp") {
        return fmt::format("vp[{}]", options.vp);
    }
    if (parameter == "census") {
        return fmt::format("census[{}]", options.vp);
    }
    if (parameter == "record") {
        return entry == "vtl_log_read" ? "log_record" : "audit_record";
    }
    return parameter;
}

Intercept::Intercept(const Module& module, z3::context& context, InterceptOptions options)
    : implementation_(std::make_unique<Implementation>(module, context, std::move(options))) {
    Implementation& self = *implementation_;
    const unsigned vps = self.options.vps;
    if (vps == 0 || self.options.vp >= vps) {
        throw std::invalid_argument(fmt::format(
            "A scene of {} VPs has no VP {}: ask for at least one VP, and pass one of them.", vps, self.options.vp));
    }
    self.add("partition", "vtl_partition", 0, true);
    for (unsigned i = 0; i < vps; ++i) {
        self.add(fmt::format("vp[{}]", i), "vtl_vp");
    }
    const std::uint32_t slots = self.add("slots", "vtl_vp_slot", vps, true);
    const std::uint32_t logs = self.add("logs", "vtl_vp_log", vps, true);
    self.add("exit", "vtl_exit");
    self.add("outcome", "vtl_outcome");
    self.add("config", "vtl_config");
    self.add("state", "vtl_vp_state");
    self.add("audit_record", "vtl_audit_record");
    self.add("log_record", "vtl_log_record");
    self.add("counters", "vtl_log_counters");
    self.add("entry", "vtl_sketch_entry");
    bind("partition.config.vps", vps);
    bind("config.vps", vps);
    bind("partition.slots", self.terms.address(slots));
    bind("partition.logs", self.terms.address(logs));
    for (unsigned i = 0; i < vps; ++i) {
        bind(fmt::format("vp[{}].index", i), i);
        const std::string pointer = fmt::format("logs[{}].census", i);
        if (self.options.census) {
            bind(pointer, self.terms.address(self.add(fmt::format("census[{}]", i), "vtl_census", 0, true)));
        } else {
            bind(pointer, 0);
        }
    }
}

Intercept::~Intercept() = default;

const std::vector<Intercept::Name>& Intercept::names() const { return implementation_->names; }
bool Intercept::has(const std::string& name) const { return implementation_->words.contains(name); }
Intercept::Place Intercept::place(const std::string& name) const {
    const CellPlace& word = implementation_->word(name);
    const Cell& cell = implementation_->cell(word);
    return {implementation_->world.region(word.region).name, cell.offset, cell.bytes};
}
Terms& Intercept::terms() const { return implementation_->terms; }
World& Intercept::world() const { return implementation_->world; }
z3::expr Intercept::z3(Term term) const { return implementation_->converter(term); }

void Intercept::bind(const std::string& name, Term value) {
    Implementation& self = *implementation_;
    const CellPlace& word = self.word(name);
    const Cell& cell = self.cell(word);
    const unsigned width = cell.boolean ? 1 : 8U * cell.bytes;
    if (self.terms.width(value) != width) {
        throw std::invalid_argument(
            fmt::format("{} has {} bits, so it cannot be bound to {} bits.", name, width, self.terms.width(value)));
    }
    self.initial.at(word.region)[word.cell].bits = self.terms.zext(value, 8U * cell.bytes);
}

void Intercept::bind(const std::string& name, std::uint64_t value) {
    Implementation& self = *implementation_;
    const CellPlace& word = self.word(name);
    const Cell& cell = self.cell(word);
    const unsigned width = cell.boolean ? 1 : 8U * cell.bytes;
    if (value > Terms::ones(width)) {
        throw std::invalid_argument(fmt::format("{} has {} bits, so it cannot be {:#x}.", name, width, value));
    }
    bind(name, self.terms.constant(width, value));
}

void Intercept::bind_argument(const std::string& parameter, std::uint64_t value) {
    implementation_->bound_arguments[parameter] = value;
}

Term Intercept::before_term(const std::string& name) const {
    Implementation& self = *implementation_;
    const CellPlace& word = self.word(name);
    return self.read(word, self.initial.at(word.region)[word.cell]);
}
z3::expr Intercept::before(const std::string& name) const { return z3(before_term(name)); }

Lifted Intercept::run(const std::string& entry) {
    const Implementation& self = *implementation_;
    std::vector<Argument> arguments;
    for (const Module::Parameter& parameter : self.module.parameters(entry)) {
        const auto bound = self.bound_arguments.find(parameter.name);
        if (bound != self.bound_arguments.end()) {
            arguments.emplace_back(bound->second);
        } else if (parameter.pointer) {
            arguments.emplace_back(self.region_of(entry, parameter.name));
        } else {
            arguments.emplace_back("argument." + parameter.name);
        }
    }
    return run(entry, arguments);
}

Lifted Intercept::run(const std::string& entry, const std::vector<Argument>& arguments) {
    Implementation& self = *implementation_;
    const std::vector<Module::Parameter> parameters = self.module.parameters(entry);
    if (parameters.size() != arguments.size()) {
        throw std::invalid_argument(
            fmt::format("{} takes {} arguments, not {}.", entry, parameters.size(), arguments.size()));
    }
    std::vector<Term> values;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const unsigned bits = parameters[i].bits;
        if (const auto* const number = std::get_if<std::uint64_t>(&arguments[i])) {
            values.push_back(self.terms.constant(bits, *number));
        } else if (std::holds_alternative<Null>(arguments[i])) {
            values.push_back(self.terms.constant(bits, 0));
        } else if (const std::string& name = std::get<std::string>(arguments[i]); !parameters[i].pointer) {
            values.push_back(self.terms.variable(name, bits));
        } else if (const std::uint32_t region = self.world.find(name); region != 0) {
            values.push_back(self.terms.address(region));
        } else {
            throw std::invalid_argument(
                fmt::format("There is no region '{}' for parameter '{}' of {}.", name, parameters[i].name, entry));
        }
    }
    Memory memory(self.world);
    for (const auto& [region, contents] : self.initial) {
        memory.set(region, contents);
    }
    Lifter lifter(self.module, self.world, self.options.lifter);
    Lifted lifted(*this, memory);
    lifted.result_ = lifter.call(entry, values, lifted.memory_);
    lifted.boolean_result_ = self.module.result_bits(entry) == 1;
    lifted.obligation_terms_ = lifter.obligations();
    lifted.instructions_ = lifter.instructions();
    for (const Name& name : self.names) {
        const CellPlace& word = self.words.at(name.name);
        const Contents& after = lifted.memory_.cell(word.region, word.cell);
        if (after.bits != memory.cell(word.region, word.cell).bits) {
            lifted.changed_.push_back(name.name);
        }
        const Cell& cell = self.cell(word);
        if (const Term lost = self.terms.bit_not(self.terms.is_zero(after.poison)); lost != self.terms.no()) {
            lifted.obligation_terms_.push_back({name.name + " is left without a value", "return of " + entry, lost});
        }
        if (cell.boolean) {
            const Term bad = self.terms.bit_not(self.terms.is_zero(self.terms.extract(after.bits, 1, 7)));
            if (bad != self.terms.no()) {
                lifted.obligation_terms_.push_back(
                    {name.name + " is neither true nor false", "return of " + entry, bad});
            }
        }
    }
    return lifted;
}

Term Lifted::after_term(const std::string& name) const {
    Intercept::Implementation& self = *intercept_->implementation_;
    const CellPlace& word = self.word(name);
    return self.read(word, memory_.cell(word.region, word.cell));
}
z3::expr Lifted::after(const std::string& name) const { return intercept_->z3(after_term(name)); }
z3::expr Lifted::result() const { return intercept_->z3(result_.bits); }

const std::vector<Z3Obligation>& Lifted::obligations() const {
    if (obligations_.size() != obligation_terms_.size()) {
        obligations_.clear();
        for (const Obligation& obligation : obligation_terms_) {
            obligations_.push_back({obligation.what, obligation.where, intercept_->z3(obligation.violation)});
        }
    }
    return obligations_;
}

std::vector<std::string> violated(z3::context& context, const std::vector<Z3Obligation>& obligations,
                                  const std::vector<z3::expr>& preconditions, unsigned milliseconds) {
    z3::solver solver(context, "QF_UFBV");
    z3::params params(context);
    params.set("timeout", milliseconds);
    solver.set(params);
    for (const z3::expr& precondition : preconditions) {
        solver.add(precondition);
    }
    const auto possible = [&](const z3::expr& violation, const std::string& what) {
        solver.push();
        solver.add(violation);
        const z3::check_result result = solver.check();
        solver.pop();
        if (result == z3::unknown) {
            throw std::runtime_error(fmt::format("The solver gives up on an obligation: {}.", what));
        }
        return result == z3::sat;
    };
    z3::expr_vector all(context);
    for (const Z3Obligation& obligation : obligations) {
        all.push_back(obligation.violation);
    }
    std::vector<std::string> found;
    if (obligations.empty() || !possible(z3::mk_or(all), "all of them at once")) {
        return found;
    }
    for (const Z3Obligation& obligation : obligations) {
        if (possible(obligation.violation, obligation.what)) {
            found.push_back(fmt::format("{}: {}", obligation.where, obligation.what));
        }
    }
    return found;
}

} // namespace vtlcheck::lifting
