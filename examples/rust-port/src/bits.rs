//! Bits of architectural registers, by name.

pub const CR0_PE: u64 = 1 << 0;
pub const CR0_TS: u64 = 1 << 3;
pub const CR0_ET: u64 = 1 << 4;
pub const CR0_WP: u64 = 1 << 16;
pub const CR0_NW: u64 = 1 << 29;
pub const CR0_CD: u64 = 1 << 30;
pub const CR0_PG: u64 = 1 << 31;

pub const CR4_PAE: u64 = 1 << 5;
pub const CR4_LA57: u64 = 1 << 12;
pub const CR4_PCIDE: u64 = 1 << 17;
pub const CR4_OSXSAVE: u64 = 1 << 18;
pub const CR4_CET: u64 = 1 << 23;

pub const RFLAGS_TF: u64 = 1 << 8;
pub const RFLAGS_VM: u64 = 1 << 17;

pub const EFER_SCE: u64 = 1 << 0;
pub const EFER_LME: u64 = 1 << 8;
pub const EFER_LMA: u64 = 1 << 10;
pub const EFER_NXE: u64 = 1 << 11;

pub const APIC_BASE_BSP: u64 = 1 << 8;
pub const APIC_BASE_EXTD: u64 = 1 << 10;
pub const APIC_BASE_EN: u64 = 1 << 11;

pub const PAGE_ENABLE: u64 = 1 << 0;
pub const PAGE_MASK: u64 = !0xFFF;

pub const SINT_MASKED: u64 = 1 << 16;
pub const SINT_POLLING: u64 = 1 << 18;
pub const SINT_PROXY: u64 = 1 << 20;

pub const STIMER_ENABLE: u64 = 1 << 0;
pub const STIMER_AUTO_ENABLE: u64 = 1 << 3;

/// Whether all bits of `mask` are set in `value`.
pub fn all(value: u64, mask: u64) -> bool {
    value & mask == mask
}

pub fn any(value: u64, mask: u64) -> bool {
    value & mask != 0
}

pub fn bit(value: u64, number: u8) -> bool {
    any(value, 1 << number)
}
