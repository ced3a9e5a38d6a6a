// The C ABI of an implementation (impl/include/vtl_intercept.h) as a table of functions: those of the program itself, or
// of a shared library.
#pragma once

#include "conformance/subjects/subject.hpp"
#include "impl/include/vtl_intercept.h"

#include <memory>
#include <string>

namespace vtlcheck::conformance {

/// The functions that a check calls. Valid as long as what holds them.
struct Abi {
    decltype(&vtl_abi_version) abi_version = nullptr;
    decltype(&vtl_config_error) config_error = nullptr;
    decltype(&vtl_partition_init) partition_init = nullptr;
    decltype(&vtl_vp_init) vp_init = nullptr;
    decltype(&vtl_handle_exit) handle_exit = nullptr;
    decltype(&vtl_vp_restore) vp_restore = nullptr;
    decltype(&vtl_next_entry) next_entry = nullptr;
    decltype(&vtl_msr_access_exits) msr_access_exits = nullptr;
    decltype(&vtl_audit_read) audit_read = nullptr;
    decltype(&vtl_log_read) log_read = nullptr;
    decltype(&vtl_log_lost) log_lost = nullptr;
    decltype(&vtl_log_totals) log_totals = nullptr;
    decltype(&vtl_census_attach) census_attach = nullptr;
    decltype(&vtl_census_count) census_count = nullptr;
    decltype(&vtl_census_entry) census_entry = nullptr;
    decltype(&vtl_inspect) inspect = nullptr;

    /// Calls `f(name, function)` for each of them.
    template <class F, class Table>
    static void visit(F&& f, Table& table) {
        f("vtl_abi_version", table.abi_version);
        f("vtl_config_error", table.config_error);
        f("vtl_partition_init", table.partition_init);
        f("vtl_vp_init", table.vp_init);
        f("vtl_handle_exit", table.handle_exit);
        f("vtl_vp_restore", table.vp_restore);
        f("vtl_next_entry", table.next_entry);
        f("vtl_msr_access_exits", table.msr_access_exits);
        f("vtl_audit_read", table.audit_read);
        f("vtl_log_read", table.log_read);
        f("vtl_log_lost", table.log_lost);
        f("vtl_log_totals", table.log_totals);
        f("vtl_census_attach", table.census_attach);
        f("vtl_census_count", table.census_count);
        f("vtl_census_entry", table.census_entry);
        f("vtl_inspect", table.inspect);
    }
};

/// The implementation that the program is linked with.
[[nodiscard]] inline Abi linked_abi() {
    return {.abi_version = vtl_abi_version,
            .config_error = vtl_config_error,
            .partition_init = vtl_partition_init,
            .vp_init = vtl_vp_init,
            .handle_exit = vtl_handle_exit,
            .vp_restore = vtl_vp_restore,
            .next_entry = vtl_next_entry,
            .msr_access_exits = vtl_msr_access_exits,
            .audit_read = vtl_audit_read,
            .log_read = vtl_log_read,
            .log_lost = vtl_log_lost,
            .log_totals = vtl_log_totals,
            .census_attach = vtl_census_attach,
            .census_count = vtl_census_count,
            .census_entry = vtl_census_entry,
            .inspect = vtl_inspect};
}

/// A file that is no library with this ABI: one line that says what is wrong with it.
struct LibraryError : NoSubject {
    using NoSubject::NoSubject;
};

/// A shared library that exports the C ABI. Its code runs in this process: an implementation that crashes takes the
/// process along.
class Library {
public:
    /// Throws LibraryError: no such file, no shared library, a function missing, another version of the ABI.
    explicit Library(const std::string& file);

    [[nodiscard]] const Abi& abi() const { return abi_; }

private:
    struct Close {
        void operator()(void* handle) const;
    };
    std::unique_ptr<void, Close> handle_;
    Abi abi_;
};

} // namespace vtlcheck::conformance
