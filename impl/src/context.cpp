// What EnableVpVtl and StartVirtualProcessor accept as the registers a VTL starts with.
#include "value_rules.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr unsigned CODE = 1U << 3;
constexpr unsigned CODE_ACCESSED = 9;
constexpr unsigned CODE_ACCESSED_READABLE = 11;
constexpr unsigned CONFORMING_ACCESSED = 13;
constexpr unsigned CONFORMING_ACCESSED_READABLE = 15;
constexpr unsigned DATA_WRITABLE_ACCESSED = 3;
constexpr unsigned DATA_DOWN_WRITABLE_ACCESSED = 7;

constexpr unsigned type_of(const vtl_segment& segment) { return segment.attributes & SEGMENT_TYPE; }
constexpr unsigned dpl_of(const vtl_segment& segment) { return segment.attributes >> SEGMENT_DPL_SHIFT & 3; }
constexpr bool present(const vtl_segment& segment) { return (segment.attributes & SEGMENT_P) != 0; }
constexpr bool is_code_or_data(const vtl_segment& segment) {
    return (segment.attributes & (SEGMENT_S | SEGMENT_RESERVED)) == SEGMENT_S && limit_fits(segment);
}

constexpr bool valid_cs(const vtl_segment& cs, bool lma) {
    if (!present(cs) || !is_code_or_data(cs) || high32(cs.base) != 0)
        return false;
    if (lma && (cs.attributes & (SEGMENT_L | SEGMENT_DB)) == (SEGMENT_L | SEGMENT_DB))
        return false;
    switch (type_of(cs)) {
    case CODE_ACCESSED:
    case CODE_ACCESSED_READABLE:
    case CONFORMING_ACCESSED:
    case CONFORMING_ACCESSED_READABLE:
        return true;
    case DATA_WRITABLE_ACCESSED: // what reset leaves
        return dpl_of(cs) == 0;
    default:
        return false;
    }
}

constexpr bool valid_data(const vtl_segment& segment) {
    const unsigned type = type_of(segment);
    return is_code_or_data(segment) && (type & 1) != 0 && type != CODE_ACCESSED && type != CONFORMING_ACCESSED;
}
constexpr bool valid_flat(const vtl_segment& segment) {
    return !present(segment) || (valid_data(segment) && high32(segment.base) == 0);
}
constexpr bool valid_fs_gs(const vtl_segment& segment, bool la57) {
    return canonical(segment.base, la57) && (!present(segment) || valid_data(segment));
}
constexpr bool valid_ss(const vtl_segment& ss) {
    const unsigned type = type_of(ss);
    return !present(ss) || (valid_flat(ss) && (type == DATA_WRITABLE_ACCESSED || type == DATA_DOWN_WRITABLE_ACCESSED));
}

constexpr bool privileges_agree(const vtl_segment& cs, const vtl_segment& ss, bool protected_mode) {
    const unsigned type = type_of(cs);
    if ((type & CODE) == 0 || !protected_mode)
        if (dpl_of(ss) != 0)
            return false;
    if (type == CODE_ACCESSED || type == CODE_ACCESSED_READABLE)
        return dpl_of(cs) == dpl_of(ss);
    return (type & CODE) == 0 || dpl_of(cs) <= dpl_of(ss);
}

} // namespace

bool valid_context(const vtl_context& context, const vtl_config& config) {
    constexpr std::uint64_t cr3_reserved = ~(bit(52) - 1);
    const std::uint64_t cr0 = adjusted_cr0(context.cr0);
    if (!canonical(context.rip, config.la57) || !valid_rflags(context.rflags) || !valid_cr0(cr0) ||
        !valid_cr4(context.cr4, config) || !valid_pat(context.pat) || !valid_efer_bits(context.efer) ||
        !can_be_entered(cr0, context.cr4, context.rflags, context.efer) || (context.cr3 & cr3_reserved) != 0)
        return false;
    if (!canonical(context.gdtr.base, config.la57) || !canonical(context.idtr.base, config.la57) ||
        !valid_ldtr(context.ldtr, config.la57) || !valid_tr(context.tr, config.la57))
        return false;
    return valid_cs(context.cs, long_mode_active(context.efer, cr0)) && valid_ss(context.ss) &&
           valid_flat(context.ds) && valid_flat(context.es) && valid_fs_gs(context.fs, config.la57) &&
           valid_fs_gs(context.gs, config.la57) && privileges_agree(context.cs, context.ss, (cr0 & CR0_PE) != 0);
}

} // namespace vtl_intercept
