//! What a register may hold (R16, R21, R22, P23-P29, P34), the same on every way in.

use crate::bits::*;
use crate::state::{Config, Context, Segment, Table, VtlState};

fn implies(premise: bool, conclusion: bool) -> bool {
    !premise || conclusion
}

pub fn canonical(config: &Config, address: u64) -> bool {
    let shift = if config.la57 { 7 } else { 16 };
    ((address << shift) as i64 >> shift) as u64 == address
}

/// The value as stored, if it can be.
pub fn apic_base(config: &Config, old: u64, value: u64) -> Option<u64> {
    const ALLOWED: u64 = APIC_BASE_BSP | APIC_BASE_EXTD | APIC_BASE_EN | 0xF_FFFF_F000;
    let (enabled, extended) = (all(value, APIC_BASE_EN), all(value, APIC_BASE_EXTD));
    let leaves_x2apic = all(old, APIC_BASE_EXTD) && !extended && enabled;
    let refused = any(value, !ALLOWED) || extended && !(enabled && config.x2apic_capable) || leaves_x2apic;
    (!refused).then_some(value & !APIC_BASE_BSP | old & APIC_BASE_BSP)
}

pub fn pat(value: u64) -> bool {
    value.to_le_bytes().iter().all(|byte| matches!(byte, 0 | 1 | 4..=7))
}

pub fn xss(config: &Config, value: u64) -> bool {
    !any(value, !(config.xss_supported & 0x1C00))
}

/// EFER as stored: LMA follows LME and PG (D3, R21). `vtl` is the VTL whose register it is.
pub fn efer(vtl: &VtlState, value: u64) -> Option<u64> {
    let lme_changes = any(value ^ vtl.efer, EFER_LME);
    let good = efer_bits(value) && !(lme_changes && all(vtl.cr0, CR0_PG));
    good.then(|| efer_with_lma(value, vtl.cr0))
}

fn efer_bits(value: u64) -> bool {
    !any(value, !(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE)) && all(value, EFER_NXE)
}

pub fn efer_with_lma(efer: u64, cr0: u64) -> u64 {
    let lma = if all(efer, EFER_LME) && all(cr0, CR0_PG) { EFER_LMA } else { 0 };
    efer & !EFER_LMA | lma
}

/// CR0 as it would be stored (P24).
pub fn cr0_adjusted(value: u64) -> u64 {
    value & !0x1FFA_FFC0 | CR0_ET
}

fn cr0_bits(adjusted: u64) -> bool {
    adjusted >> 32 == 0
        && implies(all(adjusted, CR0_PG), all(adjusted, CR0_PE))
        && implies(all(adjusted, CR0_NW), all(adjusted, CR0_CD))
}

fn cr4_bits(config: &Config, value: u64) -> bool {
    !any(value, !(config.cr4_allowed & 0xB7_1FFF))
}

fn rflags_bits(value: u64) -> bool {
    all(value, 1 << 1) && !any(value, 1 << 3 | 1 << 5 | 1 << 15 | !0x3F_FFFF)
}

/// The entry rule (P24): whether these registers together can be entered.
fn enterable(cr0: u64, cr4: u64, efer: u64, rflags: u64) -> bool {
    let lma = all(efer, EFER_LME) && all(cr0, CR0_PG);
    implies(lma, all(cr4, CR4_PAE))
        && implies(all(cr4, CR4_PCIDE), lma)
        && implies(all(cr4, CR4_CET), all(cr0, CR0_WP))
        && implies(all(rflags, RFLAGS_VM), all(cr0, CR0_PE) && !lma)
}

/// CR0 as stored.
pub fn cr0(vtl: &VtlState, value: u64) -> Option<u64> {
    let adjusted = cr0_adjusted(value);
    (cr0_bits(adjusted) && enterable(adjusted, vtl.cr4, vtl.efer, vtl.rflags)).then_some(adjusted)
}

pub fn cr4(config: &Config, vtl: &VtlState, value: u64) -> bool {
    cr4_bits(config, value) && enterable(vtl.cr0, value, vtl.efer, vtl.rflags)
}

pub fn rflags(vtl: &VtlState, value: u64) -> bool {
    rflags_bits(value) && enterable(vtl.cr0, vtl.cr4, vtl.efer, value)
}

pub fn xcr0(config: &Config, value: u64) -> bool {
    let together = |mask: u64| implies(any(value, mask), all(value, mask));
    let avx512 = 7 << 5;
    all(value, 1)
        && !any(value, !(config.xcr0_supported | 1))
        && implies(bit(value, 2), bit(value, 1))
        && together(3 << 3)
        && together(avx512)
        && implies(any(value, avx512), bit(value, 2))
        && together(3 << 17)
}

pub fn s_cet(config: &Config, value: u64) -> bool {
    !any(value, 0xF << 6) && !all(value, 3 << 10) && canonical(config, value)
}

pub fn ssp(config: &Config, value: u64) -> bool {
    !any(value, 3) && canonical(config, value)
}

/// PendingEvent0 (P27): whether the low word of a pending event is an exception of the architecture.
pub fn pending_event(value: u64) -> bool {
    let vector = value >> 16 & 0xFFFF;
    let known = matches!(vector, 0 | 1 | 3..=8 | 10..=14 | 16..=19 | 21);
    let has_code = matches!(vector, 8 | 10..=14 | 17 | 21);
    !any(value, 0xFEFE) && known && implies(bit(value, 8), has_code)
}

impl Segment {
    /// A segment register in the two words of its value (P26).
    pub fn from_words(value: u64, high: u64) -> Self {
        Segment { base: value, limit: high as u32, selector: (high >> 32) as u16, attributes: (high >> 48) as u16 }
    }

    fn kind(&self) -> u16 {
        self.attributes & 0xF
    }

    fn is(&self, number: u16) -> bool {
        self.attributes >> number & 1 != 0
    }

    fn is_code_or_data(&self) -> bool {
        self.is(4)
    }

    fn dpl(&self) -> u16 {
        self.attributes >> 5 & 3
    }

    fn present(&self) -> bool {
        self.is(7)
    }

    fn reserved_clear(&self) -> bool {
        self.attributes & 0xF00 == 0
    }

    fn limit_fits(&self) -> bool {
        let granular = self.is(15);
        implies(self.limit >> 20 != 0, granular) && implies(self.limit & 0xFFF != 0xFFF, !granular)
    }

    fn in_gdt(&self) -> bool {
        self.selector & 4 == 0
    }
}

pub fn ldtr(config: &Config, segment: &Segment) -> bool {
    let loaded = segment.kind() == 2
        && !segment.is_code_or_data()
        && segment.reserved_clear()
        && segment.limit_fits()
        && segment.in_gdt();
    canonical(config, segment.base) && implies(segment.present(), loaded)
}

pub fn tr(config: &Config, segment: &Segment) -> bool {
    canonical(config, segment.base)
        && segment.present()
        && segment.kind() == 11
        && !segment.is_code_or_data()
        && segment.reserved_clear()
        && segment.limit_fits()
        && segment.in_gdt()
}

fn table(config: &Config, table: &Table) -> bool {
    canonical(config, table.base)
}

fn code_segment(context: &Context, long_mode: bool) -> bool {
    let cs = &context.cs;
    let kind = matches!(cs.kind(), 9 | 11 | 13 | 15) || cs.kind() == 3 && cs.dpl() == 0;
    cs.present()
        && cs.is_code_or_data()
        && cs.reserved_clear()
        && cs.base >> 32 == 0
        && cs.limit_fits()
        && kind
        && !(long_mode && cs.is(13) && cs.is(14))
}

/// But for the base, which depends on the register.
fn data_segment(segment: &Segment) -> bool {
    let readable = segment.kind() & 1 != 0 && !matches!(segment.kind(), 9 | 13);
    !segment.present() || segment.is_code_or_data() && segment.reserved_clear() && readable && segment.limit_fits()
}

fn segments(config: &Config, context: &Context, long_mode: bool) -> bool {
    let Context { cs, ds, es, fs, gs, ss, .. } = context;
    let low_base = |segment: &Segment| implies(segment.present(), segment.base >> 32 == 0);
    let stack_level = match cs.kind() {
        9 | 11 => cs.dpl() == ss.dpl(),
        13 | 15 => cs.dpl() <= ss.dpl(),
        _ => true,
    };
    let real_level = implies(cs.kind() == 3 || !all(context.cr0, CR0_PE), ss.dpl() == 0);
    code_segment(context, long_mode)
        && [ds, es, fs, gs, ss].iter().all(|segment| data_segment(segment))
        && [ds, es, ss].iter().all(|segment| low_base(segment))
        && canonical(config, fs.base)
        && canonical(config, gs.base)
        && implies(ss.present(), matches!(ss.kind(), 3 | 7))
        && stack_level
        && real_level
}

/// Whether a VTL can start with this context (P34).
pub fn context(config: &Config, context: &Context) -> bool {
    let cr0 = cr0_adjusted(context.cr0);
    let long_mode = all(context.efer, EFER_LME) && all(cr0, CR0_PG);
    canonical(config, context.rip)
        && rflags_bits(context.rflags)
        && cr0_bits(cr0)
        && cr4_bits(config, context.cr4)
        && pat(context.pat)
        && efer_bits(context.efer)
        && enterable(cr0, context.cr4, context.efer, context.rflags)
        && context.cr3 >> 52 == 0
        && table(config, &context.gdtr)
        && table(config, &context.idtr)
        && ldtr(config, &context.ldtr)
        && tr(config, &context.tr)
        && segments(config, context, long_mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_addresses() {
        let narrow = Config::default();
        let wide = Config { la57: true, ..narrow };
        assert!(canonical(&narrow, 0x7FFF_FFFF_FFFF) && !canonical(&narrow, 0x8000_0000_0000));
        assert!(canonical(&narrow, 0xFFFF_8000_0000_0000));
        assert!(canonical(&wide, 0x8000_0000_0000) && !canonical(&wide, 0x0100_0000_0000_0000));
    }

    #[test]
    fn apic_base_keeps_bsp_and_leaves_x2apic_by_disabling_only() {
        let config = Config::default();
        assert_eq!(apic_base(&config, 0xFEE0_0900, 0xFEE0_0C00), Some(0xFEE0_0D00));
        assert_eq!(apic_base(&config, 0xFEE0_0C00, 0xFEE0_0800), None);
        assert_eq!(apic_base(&config, 0xFEE0_0C00, 0xFEE0_0000), Some(0xFEE0_0000));
        assert_eq!(apic_base(&config, 0, 1 << 36), None);
    }

    #[test]
    fn xcr0_dependencies() {
        let config = Config::default();
        assert!(xcr0(&config, 1) && xcr0(&config, 7) && xcr0(&config, 0xE7) && xcr0(&config, 0x60003));
        assert!(!xcr0(&config, 0) && !xcr0(&config, 5) && !xcr0(&config, 0x67) && !xcr0(&config, 0x20003));
    }

    #[test]
    fn limits_and_granularity() {
        let segment = |limit, attributes| Segment { limit, attributes, ..Segment::default() };
        assert!(segment(0xF_FFFF, 0).limit_fits() && !segment(0x10_0000, 0).limit_fits());
        assert!(segment(0xFFFF_FFFF, 1 << 15).limit_fits() && !segment(0xFFE, 1 << 15).limit_fits());
    }
}
