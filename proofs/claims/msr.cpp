// Claims on what accesses of MSRs do: unknown ones, reads, the local APIC's, constants, plain registers.
#include "proofs/claims/claims.hpp"
#include "proofs/noninterference.hpp"
#include "proofs/words.hpp"

namespace vtlcheck::proofs {

using namespace model;

namespace {

void unknown_read(Goal& goal) {
    const Run& r = goal.run();
    const Bool unknown = arrives(r, rdmsr) & vtl_exists(r) & kernel_mode(r) & !is_among(msr_of(r), known_reads);
    goal.prove("reads-zero-and-completes", unknown,
               became(r, Disposition::completed) & (r.out.gpr[rax] == 0) & (r.out.gpr[rdx] == 0) & (r.out.event == 0));
    goal.prove("state", unknown, state_kept(r));
    goal.prove("one-attempt", unknown,
               logged(r, LogSite::unknown_read) & (r.out.log_msr == msr_of(r)) & (r.out.log_value == 0));
    auto expected = gave(r, Bv<64>(0));
    expected.log_site = code(LogSite::unknown_read);
    expected.log_msr = msr_of(r);
    goal.prove("nothing-else", unknown, same(r.out, expected));
    goal.witness((r.exit.gpr[rax] != 0) & (msr_of(r) > 0xC0000000));
}

void unknown_write(Goal& goal) {
    const Run& r = goal.run();
    const auto is_unknown = [](const Run& run) {
        return arrives(run, wrmsr) & vtl_exists(run) & kernel_mode(run) & !is_among(msr_of(run), known_writes);
    };
    const Bool unknown = is_unknown(r);
    goal.prove("ignored-and-completes", unknown, became(r, Disposition::completed) & (r.out.event == 0));
    goal.prove("state", unknown, state_kept(r));
    goal.prove("one-attempt", unknown,
               logged(r, LogSite::unknown_write) & (r.out.log_msr == msr_of(r)) & (r.out.log_value == written(r)));
    auto expected = finished(r);
    expected.log_site = code(LogSite::unknown_write);
    expected.log_msr = msr_of(r);
    expected.log_value = written(r);
    goal.prove("nothing-else", unknown, same(r.out, expected));
    const Holding value{"written value", {Domain::vtl0, Domain::vtl1}, [](Cells& cells, Start& start) {
                            cells.add("rax", start.exit.gpr[rax]);
                            cells.add("rdx", start.exit.gpr[rdx]);
                        }};
    const Observation warning{
        .name = "warning", .observers = {Domain::host_log}, .state = {}, .outcome = [](Seen& seen, const Run& run) {
            seen.each(run.out.log_site, run.out.log_msr);
        }};
    Pair pair(goal, r, {value});
    pair.output_consistent("value-stays-confidential", unknown, warning);
    const Run& other = pair.other();
    goal.witness(written(r) != written(other));
}

void known(Goal& goal) {
    const Run& r = goal.run();
    goal.prove("no-warning-of-a-known-read", logged(r, LogSite::unknown_read),
               serves_read(r) & !is_among(msr_of(r), known_reads));
    goal.prove("no-warning-of-a-known-write", logged(r, LogSite::unknown_write),
               serves_write(r) & !is_among(msr_of(r), known_writes));
    goal.prove("a-known-read-never-asks-for-a-warning", serves_read(r) & is_among(msr_of(r), known_reads),
               logged(r, LogSite::none));
    goal.witness(msr_of(r) < 0x2000);
}

void read_pure(Goal& goal) {
    const Run& r = goal.run();
    const Bool read = arrives(r, rdmsr);
    goal.prove("state", read, state_kept(r));
    Bool others{true};
    for (std::size_t i = 0; i < r.exit.gpr.size(); ++i) {
        if (i != rax && i != rdx) {
            others = others & (r.out.gpr[i] == r.exit.gpr[i]);
        }
    }
    goal.prove("other-registers", read, others);
    goal.prove("halves", read & became(r, Disposition::completed),
               (bits<32>(r.out.gpr[rax], 32) == 0) & (bits<32>(r.out.gpr[rdx], 32) == 0));
    const auto done = finished(r);
    goal.prove("rip-and-flags", read & became(r, Disposition::completed),
               (r.out.rip == done.rip) & (r.out.interruptibility == done.interruptibility) &
                   (r.out.pending_debug == done.pending_debug));
    goal.prove("completes-or-leaves-all", read & !became(r, Disposition::completed), registers_kept(r));
    goal.prove("reaches-devices-only", read,
               !r.out.proxy_filter & !r.out.crash_notify & (r.out.hypercall == 0) & (r.out.message == 0) &
                   (asked(r, Request::none) | asked(r, Request::apic_read) | asked(r, Request::idle) |
                    asked(r, Request::reference_time)));
    goal.witness(became(r, Disposition::completed) & asked(r, Request::apic_read));
}

/// A row of what reads give: numbers `first`, `first + stride`, ... give the values.
struct Stored {
    std::uint32_t first;
    std::uint32_t stride;
    std::vector<Bv<64>> values;
};

void read_values(Goal& goal) {
    const Run& r = goal.run();
    const auto field = [&](auto&& of) { return own(r, r.before, of); };
    const auto share = [&](auto&& of) { return own_share(r, r.before, of); };
    const auto fields = [&](auto&& of, std::size_t count) {
        std::vector<Bv<64>> values;
        values.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            values.push_back(own(r, r.before, [&](const auto& vtl) { return of(vtl)[i]; }));
        }
        return values;
    };
    const std::vector<Stored> stored{
        {0x1B, 1, {field([](const auto& v) { return v.apic_base; })}},
        {0x277, 1, {field([](const auto& v) { return v.pat; })}},
        {0xDA0, 1, {field([](const auto& v) { return v.xss; })}},
        {0xC0000083, 1, {field([](const auto& v) { return v.cstar; })}},
        {0x40000000, 1, {share([](const auto& p) { return p.guest_os_id; })}},
        {0x40000001, 1, {share([](const auto& p) { return p.hypercall; })}},
        {0x40000002, 1, {widen(r.exit.vp)}},
        {0x40000021, 1, {share([](const auto& p) { return p.reference_tsc; })}},
        {0x40000022, 1, {r.config.tsc_frequency}},
        {0x40000073, 1, {field([](const auto& v) { return v.vp_assist; })}},
        {0x40000080, 1, {field([](const auto& v) { return v.synic.scontrol; })}},
        {0x40000082, 1, {field([](const auto& v) { return v.synic.siefp; })}},
        {0x40000083, 1, {field([](const auto& v) { return v.synic.simp; })}},
        {0x40000090, 1, fields([](const auto& v) { return v.synic.sint; }, 16)},
        {0x400000B0, 2, fields([](const auto& v) { return v.stimer_config; }, 4)},
        {0x400000B1, 2, fields([](const auto& v) { return v.stimer_count; }, 4)},
        {0x40000100, 1, fields([](const auto& v) { return v.crash; }, 5)},
        // Constants (notes R11, R14, R18, R24, decision D5).
        {0x17, 1, {Bv<64>(0)}},
        {0x34, 1, {Bv<64>(0)}},
        {0x3A, 1, {Bv<64>(1)}},
        {0x4E, 1, {Bv<64>(0)}},
        {0x8B, 1, {Bv<64>(0xFFFFFFFF00000000U)}},
        {0xCE, 1, {Bv<64>(0)}},
        {0xE1, 1, {Bv<64>(0)}},
        {0xFE, 1, {Bv<64>(0x400)}},
        {0x140, 1, {Bv<64>(0)}},
        {0x179, 1, {Bv<64>(0), Bv<64>(0)}},
        {0x1A0, 1, {Bv<64>(0x851809)}},
        {0x2FF, 1, {Bv<64>(0)}},
        {0x606, 1, {Bv<64>(0)}},
        {0x611, 1, {Bv<64>(0)}},
        {0x619, 1, {Bv<64>(0)}},
        {0x639, 1, {Bv<64>(0)}},
        {0x40000023, 1, {Bv<64>(200'000'000)}},
        {0x40000081, 1, {Bv<64>(1)}},
        {0x40000084, 1, {Bv<64>(0)}},
        {0x40000105, 1, {Bv<64>(0xFC00000000000000U)}},
        {0xC0011029, 1, {Bv<64>(0)}},
    };
    Bool listed{false};
    Bv<64> value(0);
    for (const Stored& row : stored) {
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            const Bool here = msr_of(r) == row.first + row.stride * static_cast<std::uint32_t>(i);
            listed = listed | here;
            value = Symbolic::ite(here, row.values[i], value);
        }
    }
    goal.prove("stored-and-constant", serves_read(r) & listed, same(r.out, gave(r, value)));
    auto idle = gave(r, Bv<64>(0));
    idle.request = code(Request::idle);
    goal.prove("guest-idle", reads(r, 0x400000F0), same(r.out, idle));
    auto time = gave(r, r.exit.reference_time);
    time.request = code(Request::reference_time);
    goal.prove("reference-time", reads(r, 0x40000020), same(r.out, time));
    static constexpr auto elsewhere = std::to_array<Numbers>({{0x800, 0x8FF},
                                                              {0x40000070, 0x40000072},
                                                              {0x40000020, 0x40000020},
                                                              {0x400000F0, 0x400000F0},
                                                              {0xC0000103, 0xC0000103}});
    goal.prove("no-other-read-is-served", serves_read(r) & is_among(msr_of(r), known_reads),
               listed | is_among(msr_of(r), elsewhere));
    goal.witness(msr_of(r) == 0x40000093);
}

void write_effects(Goal& goal) {
    const Run& r = goal.run();
    const Bv<32> msr = msr_of(r);
    const Bv<64> value = written(r);
    const Bool served = serves_write(r) & !vtl1_claims(r);
    const auto stores = [&](const char* name, const Bool& here, auto&& change) {
        goal.prove(std::string(name) + "-stored", served & here, state_becomes(r, change));
    };
    // Registers that take any value.
    stores("star", msr == 0xC0000081,
           [&](State<Symbolic>& s) { set_own(r, s, [](auto& v) -> auto& { return v.star; }, value); });
    stores("sysenter-cs", msr == 0x174, [&](State<Symbolic>& s) {
        set_own(r, s, [](auto& v) -> auto& { return v.sysenter_cs; }, widen(bits<32>(value, 0)));
    });
    stores("scontrol", msr == 0x40000080,
           [&](State<Symbolic>& s) { set_own(r, s, [](auto& v) -> auto& { return v.synic.scontrol; }, value); });
    stores("guest-os-id", msr == 0x40000000, [&](State<Symbolic>& s) {
        for (std::size_t v = 0; v < 2; ++v) {
            auto& id = s.partition[v].guest_os_id;
            id = Symbolic::ite(r.exit.vtl1 == Bool(v == 1), value, id);
        }
    });
    const Bool is_sint = (msr >= 0x40000090) & (msr <= 0x4000009F);
    stores("sint", is_sint, [&](State<Symbolic>& s) {
        for (std::uint32_t n = 0; n < 16; ++n) {
            const auto sint = [n](auto& v) -> auto& { return v.synic.sint[n]; };
            set_own(r, s, sint, Symbolic::ite(msr == 0x40000090 + n, value, own(r, r.before, sint)));
        }
    });
    const Bool is_timer = (msr >= 0x400000B0) & (msr <= 0x400000B7);
    stores("stimer", is_timer, [&](State<Symbolic>& s) {
        for (std::uint32_t n = 0; n < 4; ++n) {
            const auto config = [n](auto& v) -> auto& { return v.stimer_config[n]; };
            const auto count = [n](auto& v) -> auto& { return v.stimer_count[n]; };
            const Bv<64> config_before = own(r, r.before, config);
            const Bool counts = msr == 0x400000B1 + 2 * n;
            const Bool starts = counts & (value != 0) & bit(config_before, 3);
            set_own(r, s, count, Symbolic::ite(counts, value, own(r, r.before, count)));
            set_own(r, s, config,
                    Symbolic::ite(msr == 0x400000B0 + 2 * n, value,
                                  Symbolic::ite(starts, config_before | 1, config_before)));
        }
    });
    const Bool plain =
        (msr == 0xC0000081) | (msr == 0x174) | (msr == 0x40000080) | (msr == 0x40000000) | is_sint | is_timer;
    auto done = finished(r);
    done.proxy_filter = is_sint & of_vtl0(r);
    goal.prove("stored-without-ado", served & plain, same(r.out, done));
    // Registers that take a value and forget it (note R23), and EOM.
    static constexpr auto ignored = std::to_array<Numbers>({{0x34, 0x34},
                                                            {0x4E, 0x4E},
                                                            {0x79, 0x79},
                                                            {0xCE, 0xCE},
                                                            {0xE1, 0xE1},
                                                            {0x140, 0x140},
                                                            {0x1A0, 0x1A0},
                                                            {0x2FF, 0x2FF},
                                                            {0x606, 0x606},
                                                            {0x611, 0x611},
                                                            {0x619, 0x619},
                                                            {0x639, 0x639},
                                                            {0x40000084, 0x40000084},
                                                            {0xC0011029, 0xC0011029}});
    const Bool forgotten = is_among(msr, ignored) | ((msr == 0x8B) & (value == 0)) | ((msr == 0x17A) & (value < 8));
    goal.prove("ignored", served & forgotten, state_kept(r) & same(r.out, finished(r)));
    // Registers that take no value, or not this one.
    static constexpr auto read_only = std::to_array<Numbers>(
        {{0x40000002, 0x40000002}, {0x40000020, 0x40000020}, {0x40000022, 0x40000023}, {0x40000081, 0x40000081}});
    const Bool refused = is_among(msr, read_only) | ((msr == 0x8B) & (value != 0)) | ((msr == 0x17A) & (value > 7));
    goal.prove("refused", served & refused, state_kept(r) & same(r.out, faulted(r)));
    goal.witness(msr == 0xC0000081);
}

void x2apic(Goal& goal) {
    const Run& r = goal.run();
    const Bv<32> msr = msr_of(r);
    const Bv<64> value = written(r);
    const Bool range = (msr >= 0x800) & (msr <= 0x8FF);
    const Bool mode = own(r, r.before, [](const auto& vtl) { return in_x2apic_mode(vtl); });
    const Bool enabled = own(r, r.before, [](const auto& vtl) { return bit(vtl.apic_base, 11); });
    static constexpr auto defined_reads = std::to_array<Numbers>({{0x802, 0x803},
                                                                  {0x808, 0x808},
                                                                  {0x80A, 0x80A},
                                                                  {0x80D, 0x80D},
                                                                  {0x80F, 0x80F},
                                                                  {0x810, 0x828},
                                                                  {0x830, 0x830},
                                                                  {0x832, 0x839},
                                                                  {0x83E, 0x83E}});
    static constexpr auto defined_writes = std::to_array<Numbers>({{0x808, 0x808},
                                                                   {0x80B, 0x80B},
                                                                   {0x80F, 0x80F},
                                                                   {0x828, 0x828},
                                                                   {0x830, 0x830},
                                                                   {0x832, 0x838},
                                                                   {0x83E, 0x83F}});
    const Bool read = serves_read(r);
    const Bool write = serves_write(r) & !vtl1_claims(r);
    const Bool refuses = r.exit.apic_fault;
    const auto with_request = [&](Outcome<Symbolic> out, Request request, const Bv<64>& with) {
        out.request = code(request);
        out.request_index = msr;
        out.request_value = with;
        return out;
    };
    const auto as_device_says = [&](const Outcome<Symbolic>& done, Request request, const Bv<64>& with) {
        return state_kept(r) & ((!refuses & same(r.out, with_request(done, request, with))) |
                                (refuses & same(r.out, with_request(faulted(r), request, with))));
    };
    const auto answered = gave(r, r.exit.apic_value);
    const auto taken = finished(r);
    const Bool gp = state_kept(r) & same(r.out, faulted(r));
    goal.prove("outside-x2apic-mode-is-gp", (read | write) & range & !mode, gp);
    goal.prove("undefined-read-is-gp", read & range & mode & !is_among(msr, defined_reads), gp);
    goal.prove("undefined-write-is-gp", write & range & mode & !is_among(msr, defined_writes), gp);
    goal.prove("read-is-for-the-device", read & range & mode & is_among(msr, defined_reads),
               as_device_says(answered, Request::apic_read, Bv<64>(0)));
    goal.prove("write-is-for-the-device", write & range & mode & is_among(msr, defined_writes),
               as_device_says(taken, Request::apic_write, value));
    // Hyper-V's names for the same registers (note R11).
    const Bool eoi = msr == 0x40000070;
    const Bool icr = msr == 0x40000071;
    const Bool tpr = msr == 0x40000072;
    goal.prove("assist-refused",
               (read & (eoi | (icr & !enabled))) | (write & (((eoi | icr) & !enabled) | (tpr & (value > 0xFF)))), gp);
    goal.prove("assist-read", read & (tpr | (icr & enabled)), as_device_says(answered, Request::apic_read, Bv<64>(0)));
    const Bv<64> icr_value = value & Symbolic::ite(mode, Bv<64>(0xFFFFFFFF000CCFFFU), Bv<64>(0xFF000000000CCFFFU));
    goal.prove("assist-write", write & (((eoi | icr) & enabled) | (tpr & (value <= 0xFF))),
               as_device_says(taken, Request::apic_write,
                              Symbolic::ite(eoi, Bv<64>(0), Symbolic::ite(icr, icr_value, (value >> 4) << 4))));
    const Bool asks = asked(r, Request::apic_read) | asked(r, Request::apic_write);
    goal.prove("nothing-else-asks", asks,
               (read & range & mode & is_among(msr, defined_reads)) |
                   (write & range & mode & is_among(msr, defined_writes)) | ((read | write) & (eoi | icr | tpr)));
    goal.witness(of_vtl0(r) & (msr == 0x802));
}

} // namespace

std::vector<Claim> msr_claims() {
    return {
        {"UNKNOWN-READ",
         "Reading an MSR that no stage knows gives 0, completes, changes no state and no other register, and makes "
         "exactly "
         "one warning attempt with the MSR's number.",
         "A1 A4 A6 D4 D8 R9",
         {},
         {"unknown-read-keeps-rax", "unknown-read-silent", "unknown-read-faults"},
         unknown_read},
        {"UNKNOWN-WRITE",
         "Writing an MSR that no stage knows is ignored, completes, changes no state and no register, and makes "
         "exactly one "
         "warning attempt with the MSR's number, of which the host does not learn the value.",
         "A1 A4 A6 D4 D8 D21 R9",
         {},
         {"unknown-write-stored", "unknown-write-in-log", "unknown-write-faults", "unknown-write-silent"},
         unknown_write},
        {"KNOWN",
         "A warning of an unknown MSR is given of no MSR that a stage knows.",
         "A1 D4 R9 R23 R24",
         {},
         {"known-constant-warned", "ignored-write-warned"},
         known},
        {"READ-PURE",
         "An RDMSR changes no state, and no register but RAX, RDX (whose upper halves become 0), RIP and the flags of "
         "a "
         "completed instruction.",
         "D8 R5",
         {},
         {"read-touches-state", "read-clobbers-rcx", "read-keeps-high-half"},
         read_pure},
        {"READ-VALUES",
         "Every register that a stage serves reads as the VTL's own stored value, or as its constant.",
         "D5 D11 R5 R11 R12 R13 R14 R16 R17 R18 R20 R22 R24",
         {},
         {"bios-sign-id-swapped", "works-on-vtl1-bank", "crash-parameters-shared"},
         read_values},
        {"WRITE-EFFECTS",
         "A write of a register without a value rule stores the value in that register of the writing VTL and nowhere "
         "else; "
         "registers known to ignore or refuse a write do just that.",
         "D5 R18 R19 R20 R22 R23",
         {},
         {"star-also-in-lstar", "sint-off-by-one", "eom-stored"},
         write_effects},
        {"X2APIC",
         "In x2APIC mode the local APIC decides on the registers it defines; the others, and the whole range outside "
         "x2APIC mode, are #GP without asking it.",
         "D6 R10 R11",
         {},
         {"x2apic-read-outside-mode", "x2apic-undefined-asks", "icr-unmasked", "apic-asked-in-secret"},
         x2apic},
    };
}

} // namespace vtlcheck::proofs
