// The hypervisor's register names, written down once more for the tests, with what the prose says of each.
#ifndef VTL_IMPL_TESTS_REGISTERS_H
#define VTL_IMPL_TESTS_REGISTERS_H

#include <cstdint>
#include <vector>

namespace vtl_tests {

struct Register {
    std::uint32_t name;
    char gate; // l lower, t TSC_AUX, e event, d VTL1 denied, p VTL1 parameter, v VSM, o open, - unlisted
    bool get, set;
    char host; // p page, v vector, r private, s segment, c control, t Cr8, a page_msr, m module_msr, k kernel, f mtrr,
               // e emulated, o other
};

inline std::vector<Register> all_registers() {
    std::vector<Register> list = {
        {0x00010002, '-', false, false, 'm'}, {0x00010003, '-', false, false, 'm'},
        {0x00010004, 'e', false, true, 'e'},  {0x00020004, 'l', true, true, 'r'},
        {0x00020010, 'l', true, true, 'r'},   {0x00020011, 'l', true, true, 'r'},
        {0x00040000, 'l', true, true, 'c'},   {0x00040001, 'l', true, false, 'p'},
        {0x00040002, 'l', true, false, 'c'},  {0x00040003, 'l', true, true, 'c'},
        {0x00040004, 'l', true, true, 't'},   {0x00040005, 'l', true, true, 'k'},
        {0x00050003, 'l', true, true, 'k'},   {0x00050004, '-', false, false, 'k'},
        {0x00050005, 'l', true, true, 'c'},   {0x00060006, 'l', true, true, 's'},
        {0x00060007, 'l', true, true, 's'},   {0x00070000, 'l', true, true, 's'},
        {0x00070001, 'l', true, true, 's'},   {0x00080001, 'l', true, true, 'c'},
        {0x00080002, 'l', true, false, 'a'},  {0x00080003, 'o', true, true, 'e'},
        {0x00080004, 'l', true, true, 'm'},   {0x00080005, 'l', true, true, 'm'},
        {0x00080006, 'l', true, true, 'm'},   {0x00080007, 'l', true, true, 'm'},
        {0x00080008, 'l', true, true, 'a'},   {0x00080009, 'l', true, true, 'a'},
        {0x0008000A, 'l', true, true, 'e'},   {0x0008000B, 'l', true, true, 'a'},
        {0x0008000D, '-', false, false, 'f'}, {0x0008000E, '-', false, false, 'f'},
        {0x0008007B, 't', true, true, 'a'},   {0x0008008B, 'l', true, true, 'a'},
        {0x0008008D, 'l', true, true, 'm'},   {0x0008008E, '-', false, false, 'a'},
        {0x00080093, 'l', true, true, 'm'},   {0x00090013, 'o', true, true, 'e'},
        {0x000A0010, 'o', true, true, 'e'},   {0x000A0011, 'o', true, false, 'e'},
        {0x000A0012, 'o', true, true, 'e'},   {0x000A0013, 'o', true, true, 'e'},
        {0x000A0014, 'o', true, true, 'e'},   {0x000D0002, 'o', true, false, 'e'},
        {0x000D0003, 'v', true, false, 'e'},  {0x000D0004, 'v', true, false, 'e'},
        {0x000D0005, 'p', true, true, 'e'},   {0x000D0006, 'v', true, false, 'e'},
        {0x000D0007, 'p', true, true, 'e'},   {0x000D0010, 'd', true, true, 'e'},
    };
    const auto range = [&list](std::uint32_t first, std::uint32_t last, char gate, bool get, bool set, char host) {
        for (std::uint32_t name = first; name <= last; ++name)
            list.push_back({name, gate, get, set, host});
    };
    range(0x00000210, 0x00000215, '-', false, false, 'e'); // crash
    range(0x00020000, 0x00020003, 'l', true, false, 'p');
    range(0x00020005, 0x0002000F, 'l', true, false, 'p');
    range(0x00030000, 0x00030005, '-', false, false, 'p');
    range(0x00030006, 0x00030019, '-', false, false, 'v');
    range(0x00050000, 0x00050002, 'l', true, false, 'k');
    range(0x00060000, 0x00060005, 'l', true, false, 's');
    range(0x00080010, 0x0008001F, '-', false, false, 'f');
    range(0x00080040, 0x0008004F, '-', false, false, 'f');
    range(0x00080070, 0x0008007A, '-', false, false, 'f');
    range(0x0008008F, 0x00080092, 'l', true, true, 'o'); // PLn_SSP
    range(0x00090001, 0x00090004, '-', false, false, 'e');
    range(0x000A0000, 0x000A000F, 'o', true, true, 'e');
    range(0x000B0000, 0x000B0007, 'o', true, true, 'e');
    range(0x000E0000, 0x000E0003, 'd', true, true, 'e');
    // Names that no guest reaches and the host only by the hypervisor: in the gaps, and beyond every group.
    for (const std::uint32_t name :
         {0x00000002U, 0x00000004U, 0x00000200U, 0x0000020FU, 0x00000216U, 0x00010001U, 0x00010005U, 0x00010006U,
          0x00020012U, 0x0003001AU, 0x00040006U, 0x00041000U, 0x00041003U, 0x00050006U, 0x00060008U, 0x00070002U,
          0x00080000U, 0x0008000CU, 0x0008000FU, 0x00080020U, 0x0008007CU, 0x00080084U, 0x0008008CU, 0x00080094U,
          0x00080099U, 0x00090000U, 0x00090005U, 0x00090019U, 0x0009001CU, 0x00090032U, 0x00090043U, 0x000A0015U,
          0x000B0008U, 0x000C0000U, 0x000D0001U, 0x000D0008U, 0x000D0009U, 0x000D0011U, 0x000D0020U, 0x000E0004U,
          0x000F0000U, 0x00100000U, 0x7FFFFFFFU, 0xFFFFFFFFU})
        list.push_back({name, '-', false, false, 'o'});
    return list;
}

} // namespace vtl_tests

#endif
