// Compares what the lifter makes of the implementation's bitcode with what the machine code of the same bitcode does,
// on random exits from states that random exits have led to.
#include "impl/include/vtl_intercept.h"
#include "lifting/evaluator.hpp"
#include "lifting/intercept.hpp"

#include <CLI/CLI.hpp>
#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace vtlcheck::lifting {
namespace {

constexpr unsigned vps = 2;

// The machine code.
class Library {
public:
    explicit Library(const std::string& file) : handle_(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ == nullptr) {
            throw std::runtime_error(fmt::format("{}: it cannot be loaded; build vtl_intercept_bitcode.", file));
        }
        find(partition_init, "vtl_partition_init");
        find(vp_init, "vtl_vp_init");
        find(handle_exit, "vtl_handle_exit");
    }
    ~Library() { dlclose(handle_); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    decltype(&vtl_partition_init) partition_init = nullptr;
    decltype(&vtl_vp_init) vp_init = nullptr;
    decltype(&vtl_handle_exit) handle_exit = nullptr;

private:
    template <class Function>
    void find(Function& function, const char* name) {
        void* const symbol = dlsym(handle_, name);
        if (symbol == nullptr) {
            throw std::runtime_error(fmt::format("the library has no {}; build vtl_intercept_bitcode.", name));
        }
        static_assert(sizeof function == sizeof symbol);
        std::memcpy(&function, &symbol, sizeof symbol);
    }
    void* handle_;
};

using Random = std::mt19937_64;

std::uint64_t pick(Random& random, std::uint64_t below) { return random() % below; }

// Values at which rules turn.
std::uint64_t word(Random& random) {
    switch (pick(random, 8)) {
    case 0:
        return 0;
    case 1:
        return pick(random, 4);
    case 2:
        return ~std::uint64_t{0};
    case 3:
        return std::uint64_t{1} << pick(random, 64);
    case 4:
        return random() & 0xFFFFF000 | pick(random, 2);
    case 5:
        return random() >> 32;
    case 6:
        return random() >> 17; // canonical
    default:
        return random();
    }
}

std::uint32_t msr_number(Random& random) {
    static constexpr std::array<std::uint32_t, 12> bases{0x0,   0x10,       0x170,      0x1A0,      0x270, 0x6A0,
                                                         0x800, 0x40000000, 0x40000070, 0x400000B0, 0xDA0, 0xC0000080};
    if (pick(random, 8) == 0) {
        return static_cast<std::uint32_t>(random());
    }
    const std::uint32_t base = pick(random, 12) == 0 ? 0x40000100 : bases[pick(random, bases.size())];
    return base + static_cast<std::uint32_t>(pick(random, 0x30));
}

std::uint32_t register_name(Random& random) {
    return static_cast<std::uint32_t>(pick(random, 16) << 16 | pick(random, pick(random, 2) == 0 ? 8 : 0x60));
}

// Everything that the entry points touch.
struct Scene {
    vtl_partition partition;
    std::array<vtl_vp, vps> vp;
    std::array<vtl_vp_slot, vps> slots;
    std::array<vtl_vp_log, vps> logs;
    vtl_exit exit;
    vtl_outcome outcome;

    template <class Visit>
    void regions(const Visit& visit) {
        visit("partition", &partition, sizeof partition);
        visit("vp[0]", vp.data(), sizeof vp[0]);
        visit("vp[1]", &vp[1], sizeof vp[1]);
        visit("slots", slots.data(), sizeof slots);
        visit("logs", logs.data(), sizeof logs);
        visit("exit", &exit, sizeof exit);
        visit("outcome", &outcome, sizeof outcome);
    }
};

// One kind of exit: its words that are constant.
struct Shape {
    std::string name;
    std::map<std::string, std::uint64_t> bound;
};

std::vector<Shape> shapes(Random& random, bool whole) {
    static constexpr std::array<std::pair<const char*, std::uint64_t>, 12> reasons{
        {{"rdmsr", 0x1F},
         {"wrmsr", 0x20},
         {"tdcall", 0x4D},
         {"cr", 0x1C},
         {"xsetbv", 0x37},
         {"gdtr", 0x2E},
         {"ldtr", 0x2F},
         {"other", 0x1},
         {"host routed", std::uint64_t{0x1101} << 32 | 0x4D},
         {"pending interrupt", std::uint64_t{0x1102} << 32 | 0x1F},
         {"not entered", std::uint64_t{0x1120} << 32},
         {"entry failed", 0x80000020}}};
    std::vector<Shape> all;
    for (const auto& [name, value] : reasons) {
        all.push_back({name, {{"exit.kind", 0}, {"exit.info[0]", value}}});
    }
    for (std::uint64_t kind = 1; kind <= 12; ++kind) {
        if (kind != VTL_HOST_ACCESS) {
            all.push_back({fmt::format("kind {}", kind), {{"exit.kind", kind}}});
        }
    }
    if (whole) {
        all.push_back({"vmcall", {{"exit.kind", 0}, {"exit.info[0]", 0x12}}});
        all.push_back({"host access", {{"exit.kind", VTL_HOST_ACCESS}}});
        all.push_back({"any", {}});
        return all;
    }
    for (unsigned i = 0; i < 5; ++i) {
        const std::uint64_t reg = register_name(random);
        all.push_back({fmt::format("vmcall, register {:#x}", reg),
                       {{"exit.kind", 0}, {"exit.info[0]", 0x12}, {"exit.input.name", reg}}});
        all.push_back({fmt::format("host access, register {:#x}", reg),
                       {{"exit.kind", VTL_HOST_ACCESS}, {"exit.input.name", reg}}});
    }
    return all;
}

class Campaign {
public:
    Campaign(const Module& module, const Library& library, std::uint64_t seed)
        : module_(module), library_(library), random_(seed), scene_(std::make_unique<Scene>()),
          before_(std::make_unique<Scene>()) {
        const Intercept intercept(module, context_, {.vps = vps});
        scene_->regions([&](const char* name, void*, std::size_t size) {
            const std::uint32_t region = intercept.world().find(name);
            if (intercept.world().region(region).size != size) {
                throw std::runtime_error(
                    fmt::format("{} has another size in the bitcode than in the header; build anew.", name));
            }
        });
        for (const Intercept::Name& name : intercept.names()) {
            if (!name.pointer) {
                const Intercept::Place place = intercept.place(name.name);
                if (place.region == "exit") {
                    exit_words_.push_back({place.offset, place.bytes, name.bits == 1});
                } else if (changeable(name.name)) {
                    state_words_.push_back({place, name.bits == 1});
                }
            }
        }
        reset();
    }

    // Returns what differs, or nothing.
    std::optional<std::string> run(const Shape& shape, std::uint64_t runs);

    std::uint64_t comparisons = 0;
    std::uint64_t checked_obligations = 0;
    double lift_milliseconds = 0;

private:
    struct ExitWord {
        std::uint64_t offset;
        unsigned bytes;
        bool boolean;
    };
    struct StateWord {
        Intercept::Place place;
        bool boolean;
    };
    static bool changeable(const std::string& name) {
        return (name.starts_with("vp[0].state.vtl") || name.starts_with("vp[0].state.vp.") ||
                name.starts_with("partition.vtl") || name.starts_with("slots")) &&
               name.find("audit") == std::string::npos;
    }
    void reset();
    void draw_exit();
    void shake();
    void step() {
        draw_exit();
        library_.handle_exit(&scene_->partition, scene_->vp.data(), &scene_->exit, &scene_->outcome);
    }
    static void* address(Scene& scene, const std::string& region) {
        void* found = nullptr;
        scene.regions([&](const char* name, void* at, std::size_t) { found = region == name ? at : found; });
        return found;
    }

    const Module& module_;
    const Library& library_;
    Random random_;
    z3::context context_;
    std::unique_ptr<Scene> scene_;
    std::unique_ptr<Scene> before_;
    std::vector<ExitWord> exit_words_;
    std::vector<StateWord> state_words_;
    std::uint64_t now_ = 0;
};

void Campaign::reset() {
    std::memset(static_cast<void*>(scene_.get()), 0, sizeof *scene_);
    vtl_config config{};
    config.la57 = pick(random_, 2) != 0;
    config.x2apic_capable = pick(random_, 2) != 0;
    config.tsc_aux = pick(random_, 2) != 0;
    config.untrusted_synic = pick(random_, 2) != 0;
    config.xss_supported = random_();
    config.tsc_frequency = random_() >> 32;
    config.isolation = static_cast<std::uint8_t>(pick(random_, 2) == 0 ? 3 : pick(random_, 5));
    config.vps = vps;
    config.access_vsm = pick(random_, 4) != 0;
    config.xcr0_supported = random_() | 1;
    config.cr4_allowed = random_() | 0xB71FFF;
    config.log_burst = 1 + pick(random_, 10);
    config.log_interval = 1000 + pick(random_, 1000000);
    config.log_total_burst = 11 + pick(random_, 20);
    config.log_total_interval = 1000 + pick(random_, 1000000);
    if (library_.partition_init(&scene_->partition, &config, scene_->slots.data(), scene_->logs.data()) != VTL_OK) {
        throw std::runtime_error("the configuration drawn is refused; this is a fault of the generator");
    }
    for (unsigned i = 0; i < vps; ++i) {
        library_.vp_init(&scene_->vp[i], &scene_->partition, i);
    }
    now_ = pick(random_, 1000000);
}

void Campaign::draw_exit() {
    vtl_exit& exit = scene_->exit;
    auto* const bytes = reinterpret_cast<unsigned char*>(&exit);
    for (const ExitWord& w : exit_words_) {
        const std::uint64_t value = w.boolean ? pick(random_, 4) == 0 : word(random_);
        std::memcpy(bytes + w.offset, &value, w.bytes);
    }
    static constexpr std::array<std::uint32_t, 9> reasons{0x1F, 0x20, 0x1F, 0x20, 0x4D, 0x12, 0x1C, 0x37, 0x2E};
    static constexpr std::array<std::uint16_t, 10> calls{0x50, 0x51, 0xD, 0xF, 0x99, 0x11, 0x12, 0x5C, 0x5D, 0x0};
    now_ += pick(random_, 3) == 0 ? pick(random_, 2000000) : pick(random_, 100);
    exit.kind = pick(random_, 4) != 0 ? 0 : static_cast<std::uint32_t>(pick(random_, 13));
    exit.vtl = static_cast<std::uint32_t>(pick(random_, 16) == 0 ? 2 : pick(random_, 2));
    exit.vp = pick(random_, 32) == 0 ? 1 : 0;
    exit.now = pick(random_, 64) == 0 ? random_() : now_;
    exit.info[0] = reasons[pick(random_, reasons.size())];
    exit.argument = pick(random_, 8) == 0 ? random_() : pick(random_, 14);
    exit.origin = static_cast<std::uint8_t>(pick(random_, 5));
    exit.operation = static_cast<std::uint8_t>(pick(random_, 3));
    exit.input.name = register_name(random_);
    exit.input.target_vtl =
        static_cast<std::uint8_t>(pick(random_, 4) == 0 ? random_() : pick(random_, 2) | pick(random_, 2) << 4);
    exit.input.target_vp = pick(random_, 2) == 0 ? 0xFFFFFFFE : static_cast<std::uint32_t>(pick(random_, 3));
    exit.input.partition_id = pick(random_, 8) == 0 ? random_() : ~std::uint64_t{0};
    if (pick(random_, 8) != 0) {
        exit.gpr[VTL_RAX] = exit.info[0] == 0x4D ? 0 : exit.gpr[VTL_RAX];
        exit.gpr[VTL_RCX] = msr_number(random_);
        exit.gpr[VTL_R10] = 0;
        exit.gpr[VTL_R11] = pick(random_, 2) == 0 ? 0x1F : 0x20;
        exit.gpr[VTL_R12] = msr_number(random_);
        exit.cr0 = 0x80000031 | (random_() & 0x50008);
        exit.cr4 = 0x20 | (random_() & 0xB71FDF);
        exit.rflags = 2 | (random_() & 0x4D5);
        exit.info[VTL_INFO_R11] = std::uint64_t{2 + pick(random_, 3)} << 32;
    }
    if (exit.info[0] == 0x12) {
        exit.gpr[VTL_RCX] = calls[pick(random_, calls.size())] |
                            (pick(random_, 2) == 0 ? std::uint64_t{1 + pick(random_, 3)} << 32 : 0) |
                            (pick(random_, 8) == 0 ? pick(random_, 2) << 16 | pick(random_, 4) << 48 : 0);
    }
}

// Puts something into the state that exits lead to slowly or never.
void Campaign::shake() {
    const StateWord& chosen = state_words_[pick(random_, state_words_.size())];
    const std::uint64_t value = chosen.boolean ? pick(random_, 2) : word(random_);
    std::memcpy(static_cast<unsigned char*>(address(*scene_, chosen.place.region)) + chosen.place.offset, &value,
                chosen.place.bytes);
}

std::optional<std::string> Campaign::run(const Shape& shape, std::uint64_t runs) {
    const auto start = std::chrono::steady_clock::now();
    Intercept intercept(module_, context_, {.vps = vps});
    std::vector<std::pair<Intercept::Place, std::uint64_t>> bound;
    for (const auto& [name, value] : shape.bound) {
        intercept.bind(name, value);
        bound.emplace_back(intercept.place(name), value);
    }
    const Lifted lifted = intercept.run("vtl_handle_exit");
    struct Output {
        std::string name;
        unsigned char* at; // in the scene before
        unsigned bytes;
    };
    std::vector<Term> terms{lifted.result_term()};
    std::vector<Output> outputs;
    for (const std::string& name : lifted.changed()) {
        const Intercept::Place place = intercept.place(name);
        terms.push_back(lifted.after_term(name));
        outputs.push_back(
            {name, static_cast<unsigned char*>(address(*before_, place.region)) + place.offset, place.bytes});
    }
    for (const Obligation& obligation : lifted.obligation_terms()) {
        terms.push_back(obligation.violation);
    }
    Evaluator evaluator(intercept.terms(), terms);
    struct From {
        const unsigned char* at; // in the scene before; null: an address
        unsigned bytes;
        std::uint64_t number;
    };
    std::vector<From> inputs;
    for (const Evaluator::Input& input : evaluator.inputs()) {
        if (input.address) {
            void* const native = address(*scene_, intercept.world().region(input.region).name);
            inputs.push_back({nullptr, 8, reinterpret_cast<std::uintptr_t>(native)});
        } else if (intercept.has(input.name)) {
            const Intercept::Place place = intercept.place(input.name);
            inputs.push_back(
                {static_cast<unsigned char*>(address(*before_, place.region)) + place.offset, place.bytes, 0});
        } else {
            return fmt::format("{}: what the code does depends on '{}', which is no word of the state", shape.name,
                               input.name);
        }
    }
    lift_milliseconds += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();

    struct Named {
        std::string name;
        const unsigned char* after;
        const unsigned char* expected;
        unsigned bytes;
    };
    std::vector<Named> all;
    for (const Intercept::Name& name : intercept.names()) {
        const Intercept::Place place = intercept.place(name.name);
        if (void* const native = address(*scene_, place.region)) {
            all.push_back({name.name, static_cast<unsigned char*>(native) + place.offset,
                           static_cast<unsigned char*>(address(*before_, place.region)) + place.offset, place.bytes});
        }
    }
    for (std::uint64_t run = 0; run < runs; ++run) {
        if (pick(random_, 4000) == 0) {
            reset();
        }
        for (std::uint64_t i = pick(random_, 4); i-- > 0;) {
            step();
        }
        if (pick(random_, 4) == 0) {
            shake();
        }
        draw_exit();
        for (const auto& [place, value] : bound) {
            std::memcpy(static_cast<unsigned char*>(address(*scene_, place.region)) + place.offset, &value,
                        place.bytes);
        }
        std::memcpy(static_cast<void*>(before_.get()), scene_.get(), sizeof *scene_);
        evaluator.begin();
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            std::uint64_t value = inputs[i].number;
            if (inputs[i].at != nullptr) {
                std::memcpy(&value, inputs[i].at, inputs[i].bytes);
            }
            evaluator.set(i, value);
        }
        const auto result = static_cast<vtl_status>(evaluator.value(0));
        // Outputs are worked out before any is written, since the inputs lie in the same memory.
        std::vector<std::uint64_t> values(outputs.size());
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            values[i] = static_cast<std::uint64_t>(evaluator.value(i + 1));
        }
        for (std::size_t i = 0; i < lifted.obligation_terms().size(); ++i) {
            if (evaluator.value(1 + outputs.size() + i) != 0) {
                const Obligation& obligation = lifted.obligation_terms()[i];
                return fmt::format("{}: run {}: obligation violated: {}: {}", shape.name, run, obligation.where,
                                   obligation.what);
            }
            ++checked_obligations;
        }
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            std::memcpy(outputs[i].at, &values[i], outputs[i].bytes);
        }
        const vtl_status native =
            library_.handle_exit(&scene_->partition, scene_->vp.data(), &scene_->exit, &scene_->outcome);
        if (native != result) {
            return fmt::format("{}: run {}: result: machine code {}, lifted {}", shape.name, run,
                               static_cast<int>(native), static_cast<int>(result));
        }
        for (const Named& named : all) {
            if (std::memcmp(named.after, named.expected, named.bytes) != 0) {
                std::uint64_t a = 0;
                std::uint64_t b = 0;
                std::memcpy(&a, named.after, named.bytes);
                std::memcpy(&b, named.expected, named.bytes);
                return fmt::format("{}: run {}: {}: machine code {:#x}, lifted {:#x}", shape.name, run, named.name, a,
                                   b);
            }
        }
        comparisons += all.size() + 1;
    }
    return std::nullopt;
}

int validate(const std::string& folder, const std::vector<int>& levels, std::uint64_t runs, std::uint64_t seed,
             bool whole) {
    for (const int level : levels) {
        const auto start = std::chrono::steady_clock::now();
        const Module module(fmt::format("{}/vtl_intercept_O{}.bc", folder, level));
        const Library library(fmt::format("{}/vtl_intercept_O{}.so", folder, level));
        Random random(seed);
        const std::vector<Shape> all = shapes(random, whole);
        Campaign campaign(module, library, seed);
        for (const Shape& shape : all) {
            if (const auto differs = campaign.run(shape, runs / all.size() + 1)) {
                fmt::print("-O{}: differs: {} (seed {})\n", level, *differs, seed);
                return 1;
            }
        }
        fmt::print(
            "-O{}: {} runs of {} shapes agree: {} words compared, {} obligations hold, lifting {:.0f} ms, {:.1f} s\n",
            level, (runs / all.size() + 1) * all.size(), all.size(), campaign.comparisons, campaign.checked_obligations,
            campaign.lift_milliseconds,
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return 0;
}

} // namespace
} // namespace vtlcheck::lifting

int main(int argc, char** argv) {
    CLI::App app("Compares lifted terms with the machine code of the same bitcode.");
    std::string folder = VTLCHECK_BITCODE;
    std::vector<int> levels{0, 1, 2, 3};
    std::uint64_t runs = 100000;
    std::uint64_t seed = 1;
    bool whole = false;
    app.add_option("--bitcode", folder, "folder of vtl_intercept_O*.bc and .so")->capture_default_str();
    app.add_option("--level", levels, "levels of optimisation")->check(CLI::Range(0, 3))->capture_default_str();
    app.add_option("--runs", runs, "exits a level")->capture_default_str();
    app.add_option("--seed", seed, "of the random exits")->capture_default_str();
    app.add_flag("--whole", whole,
                 "lift register access for all registers at once, and all exits at once, too; takes a minute");
    CLI11_PARSE(app, argc, argv);
    try {
        return vtlcheck::lifting::validate(folder, levels, runs, seed, whole);
    } catch (const std::exception& error) {
        fmt::print(stderr, "lifting_validate: {}\n", error.what());
        return 2;
    }
}
