// Form 9, an emulator's log of every instruction:
//
//   [ <seconds>] cpu<n> rdmsr|wrmsr 0x<msr> = 0x<value>[ (#GP)][ (unimpl)] rip 0x<rip> mode real|16|32|64[ svm-guest]
#include "conformance/importers/importer.hpp"

namespace vtlcheck::conformance::importers {
namespace {

bool looks_like(std::string_view line) {
    const std::size_t at = line.find("msr 0x");
    return line.starts_with('[') && at != std::string_view::npos &&
           (line.substr(0, at).ends_with(" rd") || line.substr(0, at).ends_with(" wr")) &&
           line.substr(0, at).find("] cpu") != std::string_view::npos;
}

class InstructionLog : public LineImporter {
    const char* parse(std::string_view line, Access& access, Account& account) override {
        if (!looks_like(line)) {
            return no_message(line, access.line, account);
        }
        Scanner text(line);
        text.expect("[");
        text.spaces();
        std::string_view rest = text.rest();
        if (!take_time(rest, access.time_ns)) {
            text.fail("seconds with 6 digits after the point");
        }
        text = Scanner(rest);
        text.expect("] cpu");
        access.cpu = text.number<std::uint32_t>(10, "a processor number");
        access.write = text.skip(" wrmsr 0x");
        if (!access.write) {
            text.expect(" rdmsr 0x");
        }
        access.msr = text.msr();
        text.expect(" = 0x");
        access.value = text.value();
        access.faulted = text.skip(" (#GP)");
        (void)text.skip(" (unimpl)");
        text.expect(" rip 0x");
        access.rip = text.value();
        text.expect(" mode ");
        access.mode = mode(text);
        (void)text.skip(" svm-guest");
        text.end();
        access.fault_known = true;
        access.value_known = access.write || !access.faulted;
        return nullptr;
    }

    static Mode mode(Scanner& text) {
        for (const Mode mode : {Mode::bits64, Mode::bits32, Mode::bits16, Mode::real}) {
            if (text.skip(name_of(mode))) {
                return mode;
            }
        }
        text.fail("real, 16, 32 or 64");
    }
};

} // namespace

std::unique_ptr<Importer> instruction_log(std::string_view) { return std::make_unique<InstructionLog>(); }

std::optional<Form> recognise_instruction_log(std::string_view line) {
    return looks_like(line) ? std::optional(Form::instruction_log) : std::nullopt;
}

} // namespace vtlcheck::conformance::importers
