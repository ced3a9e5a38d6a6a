// A subject: an implementation of the intercept path that is held against the specification.
#pragma once

#include "conformance/trace.hpp"
#include "model/vocabulary.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace vtlcheck::conformance {

/// A subject broke its contract: it refused an exit that every paravisor has to take, or did not answer.
struct SubjectError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// 512 words in the layout of TDG.VP.WR: read low, read high, write low, write high; 1 intercepts.
using MsrBitmap = std::span<const std::uint64_t, 512>;

class Subject {
public:
    Subject() = default;
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;
    virtual ~Subject() = default;

    [[nodiscard]] virtual std::string name() const = 0;

    /// Sets up a partition of `header.vps` VPs in the state `header.start`, whatever went before.
    virtual void start(const TraceHeader& header) = 0;

    /// Handles one exit of VP `exit.vp`. Throws SubjectError.
    virtual model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) = 0;

    /// The registers the subject holds now.
    [[nodiscard]] virtual std::array<model::PartitionVtl<Concrete>, 2> partition() const = 0;
    virtual void vp(std::uint32_t index, InitialState::Vp& registers) const = 0;

    /// The MSR bitmap of a VTL of a VP as the TDX module would see it.
    [[nodiscard]] virtual MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const = 0;
    /// Whether an access exits, bitmap and architecture together.
    [[nodiscard]] virtual bool access_exits(std::uint32_t vp, unsigned vtl, std::uint32_t msr, bool write) const = 0;
};

/// The implementation of this repository (impl/), in this process.
[[nodiscard]] std::unique_ptr<Subject> builtin_subject();

} // namespace vtlcheck::conformance
