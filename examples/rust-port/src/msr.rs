//! RDMSR, WRMSR and TDCALL, and what makes an MSR access exit.

use crate::bits::*;
use crate::exit::gpr;
use crate::rows::{msr_row, Passes};
use crate::rules;
use crate::state::{Config, VpState};
use crate::step::Step;
use crate::tables::MSRS;
use crate::vocabulary::{msr, name, Request, Site};

/// A port may differ where it says so in its waivers. This one tells the host of a crash only if the guest sets CrashNotify,
/// bit 63 of HV_X64_MSR_GUEST_CRASH_CTL, as TLFS has it; note R14 tells it of every write.
const CRASH_NOTIFY_NEEDS_ITS_BIT: bool = true;
const CRASH_NOTIFY: u64 = 1 << 63;

/// R10 of a TDVMCALL that fails.
const OPERAND_INVALID: u64 = 1 << 63;

/// The CrInterceptControl bit of an MSR whose writes VTL1 has claimed on this VP (R8).
pub fn claimed(state: &VpState, vtl: usize, number: u32) -> bool {
    let control = state.vp.intercept_control;
    vtl == 0 && state.vp.vtl1_present && msr_row(number).claim_bit.map_or(false, |claim| bit(control, claim))
}

/// Whether an access exits: by the MSR bitmap, or outside its two ranges (R6).
pub fn armed(config: &Config, state: &VpState, vtl: usize, number: u32, write: bool) -> bool {
    if write && claimed(state, vtl, number) {
        return true;
    }
    let row = msr_row(number);
    match if write { row.write_passes } else { row.read_passes } {
        Passes::Never => true,
        Passes::Always => false,
        Passes::Offload => !(vtl == 0 && state.vp.apic_offload && state.vtl[0].x2apic()),
        Passes::TscAux => !config.tsc_aux,
    }
}

pub const BITMAP_WORDS: usize = 512;

/// The MSR bitmap of a VTL: words 0x000 read low, 0x080 read high, 0x100 write low, 0x180 write high; 1 intercepts.
pub fn fill_bitmap(config: &Config, state: &VpState, vtl: usize, bitmap: &mut [u64; BITMAP_WORDS]) {
    bitmap.fill(!0);
    for row in MSRS.iter().filter(|row| row.read_passes != Passes::Never || row.write_passes != Passes::Never) {
        for number in row.first..=row.last {
            let high = if number >= 0xC000_0000 { 0x80 } else { 0 };
            let at = (number & 0x1FFF) as usize;
            for (write, base) in [(false, high), (true, high + 0x100)] {
                if !armed(config, state, vtl, number, write) {
                    bitmap[base + at / 64] &= !(1 << (at % 64));
                }
            }
        }
    }
}

/// What the bitmaps of a VP depend on besides the configuration.
pub fn bitmap_inputs(state: &VpState) -> (bool, u64, bool) {
    let vp = &state.vp;
    (vp.vtl1_present, vp.intercept_control, vp.apic_offload && state.vtl[0].x2apic())
}

fn x2apic_reads(number: u32) -> bool {
    matches!(
        number & 0xFF,
        0x02 | 0x03 | 0x08 | 0x0A | 0x0D | 0x0F..=0x28 | 0x30 | 0x32..=0x39 | 0x3E
    )
}

fn x2apic_writes(number: u32) -> bool {
    matches!(number & 0xFF, 0x08 | 0x0B | 0x0F | 0x28 | 0x30 | 0x32..=0x38 | 0x3E | 0x3F)
}

fn index(number: u32, first: u32) -> usize {
    (number - first) as usize
}

/// What follows from writing a register that enables a page (R17): whether a page is needed, or one let go, and its GPA.
pub fn overlay(old: u64, new: u64) -> Option<(bool, u64)> {
    let (was, is) = (all(old, PAGE_ENABLE), all(new, PAGE_ENABLE));
    if is && (!was || any(old ^ new, PAGE_MASK)) {
        Some((true, new & PAGE_MASK))
    } else if was && !is {
        Some((false, old & PAGE_MASK))
    } else {
        None
    }
}

impl Step<'_, '_> {
    /// Whether the MSR exit can happen; if not it is an internal error (R2).
    fn msr_exit_can_happen(&mut self, number: u32, write: bool) -> bool {
        let can = self.exit.cpl() == 0 && armed(self.shared.config, self.vp, self.vtl(), number, write);
        if !can {
            self.internal_error_gp();
        }
        can
    }

    pub fn rdmsr(&mut self) {
        let number = self.exit.gpr[gpr::RCX] as u32;
        if !self.msr_exit_can_happen(number, false) {
            return;
        }
        match self.read_msr(number) {
            Some(value) => {
                self.out.gpr[gpr::RAX] = value & 0xFFFF_FFFF;
                self.out.gpr[gpr::RDX] = value >> 32;
                self.complete();
            }
            None => self.gp(),
        }
    }

    /// The value, or nothing if that is #GP.
    fn read_msr(&mut self, number: u32) -> Option<u64> {
        let vtl = self.vtl();
        let row = msr_row(number);
        if !row.read_known {
            self.attempt(Site::UnknownRead, number, 0);
            return Some(0);
        }
        if let Some(constant) = row.constant {
            return Some(constant);
        }
        let partition = self.shared.vtl[vtl];
        let own = self.vp.vtl[vtl];
        Some(match number {
            msr::APIC_BASE => own.apic_base,
            msr::X2APIC_FIRST..=msr::X2APIC_LAST => {
                if !own.x2apic() || !x2apic_reads(number) {
                    return None;
                }
                return self.read_apic(number);
            }
            msr::ICR if !own.apic_enabled() => return None,
            msr::ICR | msr::TPR => return self.read_apic(number),
            msr::GUEST_OS_ID => partition.guest_os_id,
            msr::HYPERCALL => partition.hypercall,
            msr::VP_INDEX => self.vp_index().into(),
            msr::TIME_REF_COUNT => {
                self.request(Request::ReferenceTime, 0, 0);
                self.exit.answers.reference_time
            }
            msr::REFERENCE_TSC => partition.reference_tsc,
            msr::TSC_FREQUENCY => self.shared.config.tsc_frequency,
            msr::VP_ASSIST_PAGE => own.vp_assist,
            msr::SCONTROL => own.synic.scontrol,
            msr::SIEFP => own.synic.siefp,
            msr::SIMP => own.synic.simp,
            msr::SINT0..=msr::SINT15 => own.synic.sint[index(number, msr::SINT0)],
            msr::STIMER0_CONFIG..=msr::STIMER3_COUNT => {
                let at = index(number, msr::STIMER0_CONFIG);
                [own.stimer_config, own.stimer_count][at % 2][at / 2]
            }
            msr::CRASH_P0..=msr::CRASH_P4 => own.crash[index(number, msr::CRASH_P0)],
            msr::GUEST_IDLE => {
                self.request(Request::Idle, 0, 0);
                0
            }
            msr::PAT => own.pat,
            msr::CSTAR => own.cstar,
            msr::XSS => own.xss,
            // EOI is write-only; TSC_AUX exits only if the processor does not have it; the rest passes through.
            _ => return None,
        })
    }

    fn read_apic(&mut self, number: u32) -> Option<u64> {
        self.request(Request::ApicRead, number, 0);
        (!self.exit.answers.apic_fault).then_some(self.exit.answers.apic_value)
    }

    pub fn wrmsr(&mut self) {
        let number = self.exit.gpr[gpr::RCX] as u32;
        let (high, low) = (self.exit.gpr[gpr::RDX], self.exit.gpr[gpr::RAX]);
        let value = high << 32 | low & 0xFFFF_FFFF;
        if !self.msr_exit_can_happen(number, true) {
            return;
        }
        if claimed(self.vp, self.vtl(), number) {
            return self.intercept_msr(number, value);
        }
        match self.write_msr(number, value) {
            Some(()) => self.complete(),
            None => self.gp(),
        }
    }

    /// Nothing if the write is #GP.
    fn write_msr(&mut self, number: u32, value: u64) -> Option<()> {
        let row = msr_row(number);
        if !row.write_known {
            self.attempt(Site::UnknownWrite, number, value);
            return Some(());
        }
        match number {
            msr::X2APIC_FIRST..=msr::X2APIC_LAST => {
                let defined = self.own().x2apic() && x2apic_writes(number);
                return if defined { self.write_apic(number, value) } else { None };
            }
            msr::EOI | msr::ICR | msr::TPR => return self.write_synthetic_apic(number, value),
            msr::APIC_FREQUENCY | msr::VP_INDEX | msr::TIME_REF_COUNT | msr::TSC_FREQUENCY | msr::SVERSION => {
                return None
            }
            msr::CRASH_P0..=msr::CRASH_P4 => {
                self.own_mut().crash[index(number, msr::CRASH_P0)] = value;
            }
            msr::CRASH_CTL => {
                self.out.crash_notify = !CRASH_NOTIFY_NEEDS_ITS_BIT || all(value, CRASH_NOTIFY);
                self.attempt(Site::Crash, number, value);
            }
            msr::GUEST_OS_ID => self.shared.vtl[self.vtl()].guest_os_id = value,
            msr::HYPERCALL => {
                let old = self.shared.vtl[self.vtl()].hypercall;
                if any(old, 2) || any(value, 0xFFC) {
                    return None;
                }
                self.map_page(number, old, value)?;
                self.shared.vtl[self.vtl()].hypercall = value;
            }
            msr::REFERENCE_TSC => {
                if any(value, 0xFFE) {
                    return None;
                }
                self.map_page(number, self.shared.vtl[self.vtl()].reference_tsc, value)?;
                self.shared.vtl[self.vtl()].reference_tsc = value;
            }
            msr::EOM => {}
            msr::BIOS_SIGN_ID => return (value == 0).then_some(()),
            msr::MCG_STATUS => return (value <= 7).then_some(()),
            _ if row.constant.is_some() => {}
            _ => return self.write_vtl_msr(self.vtl(), number, value),
        }
        Some(())
    }

    /// MSRs that a VTL's state holds, by WRMSR or SetVpRegisters. Nothing if the value is bad or a page refused.
    pub fn write_vtl_msr(&mut self, vtl: usize, number: u32, value: u64) -> Option<()> {
        let config = *self.shared.config;
        let state = &mut self.vp.vtl[vtl];
        let keep = |place: &mut u64, good: bool| good.then(|| *place = value);
        match number {
            msr::APIC_BASE => {
                let stored = rules::apic_base(&config, state.apic_base, value)?;
                let disabled = state.apic_enabled() && !all(stored, APIC_BASE_EN);
                state.apic_base = stored;
                if disabled {
                    self.request(Request::ApicReset, number, stored);
                }
                Some(())
            }
            msr::VP_ASSIST_PAGE => {
                let old = state.vp_assist;
                if any(value, 0xFFE) {
                    return None;
                }
                self.map_page(number, old, value)?;
                self.vp.vtl[vtl].vp_assist = value;
                Some(())
            }
            msr::SCONTROL => keep(&mut state.synic.scontrol, true),
            msr::SIEFP | msr::SIMP => {
                let old = if number == msr::SIEFP { state.synic.siefp } else { state.synic.simp };
                self.map_page(number, old, value)?;
                let synic = &mut self.vp.vtl[vtl].synic;
                keep(if number == msr::SIEFP { &mut synic.siefp } else { &mut synic.simp }, true)
            }
            msr::SINT0..=msr::SINT15 => {
                self.out.proxy_filter = vtl == 0;
                keep(&mut state.synic.sint[index(number, msr::SINT0)], true)
            }
            msr::STIMER0_CONFIG..=msr::STIMER3_COUNT => {
                let at = index(number, msr::STIMER0_CONFIG);
                let config = &mut state.stimer_config[at / 2];
                if at % 2 == 0 {
                    return keep(config, true);
                }
                if value != 0 && all(*config, STIMER_AUTO_ENABLE) {
                    *config |= STIMER_ENABLE;
                }
                keep(&mut state.stimer_count[at / 2], true)
            }
            msr::EFER => {
                state.efer = rules::efer(state, value)?;
                state.ia32e_guest = all(state.efer, EFER_LMA);
                Some(())
            }
            msr::STAR => keep(&mut state.star, true),
            msr::SYSENTER_CS => {
                state.sysenter_cs = value & 0xFFFF_FFFF;
                Some(())
            }
            #[cfg(feature = "broken")]
            msr::CSTAR => rules::canonical(&config, value).then(|| ()),
            msr::LSTAR => keep(&mut state.lstar, rules::canonical(&config, value)),
            #[cfg(not(feature = "broken"))]
            msr::CSTAR => keep(&mut state.cstar, rules::canonical(&config, value)),
            msr::SYSENTER_ESP => keep(&mut state.sysenter_esp, rules::canonical(&config, value)),
            msr::SYSENTER_EIP => keep(&mut state.sysenter_eip, rules::canonical(&config, value)),
            msr::SFMASK => keep(&mut state.sfmask, value >> 32 == 0),
            msr::TSC_AUX => keep(&mut state.tsc_aux, config.tsc_aux && value >> 32 == 0),
            msr::PAT => keep(&mut state.pat, rules::pat(value)),
            msr::XSS => keep(&mut state.xss, rules::xss(&config, value)),
            // MISC_ENABLE, MTRR_DEF_TYPE, BIOS_UPDT_TRIG: known and ignored. What passes through does not exit.
            _ => Some(()),
        }
    }

    fn write_synthetic_apic(&mut self, number: u32, value: u64) -> Option<()> {
        let (enabled, x2apic) = (self.own().apic_enabled(), self.own().x2apic());
        let value = match number {
            msr::TPR if value > 0xFF => return None,
            msr::TPR => value & !0xF,
            _ if !enabled => return None,
            msr::EOI => 0,
            _ if x2apic => value & 0xFFFF_FFFF_000C_CFFF,
            _ => value & 0xFF00_0000_000C_CFFF,
        };
        self.write_apic(number, value)
    }

    fn write_apic(&mut self, number: u32, value: u64) -> Option<()> {
        self.request(Request::ApicWrite, number, value);
        (!self.exit.answers.apic_fault).then_some(())
    }

    /// Maps or unmaps the page that a register enables; nothing if guest memory refuses it.
    fn map_page(&mut self, number: u32, old: u64, new: u64) -> Option<()> {
        self.page(number, old, new, Request::PageMap, Request::PageUnmap)
    }

    fn page(&mut self, number: u32, old: u64, new: u64, take: Request, leave: Request) -> Option<()> {
        match overlay(old, new) {
            Some((true, page)) => {
                self.request(take, number, page);
                (!self.exit.answers.page_refused).then_some(())
            }
            Some((false, page)) => {
                self.request(leave, number, page);
                Some(())
            }
            None => Some(()),
        }
    }

    pub fn tdcall(&mut self) {
        if self.exit.cpl() != 0 {
            return self.gp();
        }
        let service = self.exit.vtl == 0 && self.shared.config.untrusted_synic;
        if !service || self.exit.gpr[gpr::RAX] != 0 {
            return self.ud();
        }
        let [function, number, value] = [gpr::R11, gpr::R12, gpr::R13].map(|register| self.exit.gpr[register]);
        match (self.exit.gpr[gpr::R10], function) {
            (0, 0x1F) => self.tdvmcall_rdmsr(number as u32),
            (0, 0x20) => {
                let written = self.tdvmcall_wrmsr(number as u32, value);
                if written.is_none() {
                    self.attempt(Site::TdvmcallWrite, number as u32, value);
                }
                self.out.gpr[gpr::R10] = if written.is_some() { 0 } else { OPERAND_INVALID };
            }
            (0, _) => {
                self.out.gpr[gpr::R10] = OPERAND_INVALID;
                self.attempt(Site::TdvmcallFunction, function as u32, 0);
            }
            (control, _) => self.vendor_call(control),
        }
        self.complete();
    }

    fn tdvmcall_rdmsr(&mut self, number: u32) {
        let synic = &self.vp.vp.untrusted;
        let value = match number {
            msr::GUEST_OS_ID => self.shared.vtl[0].guest_os_id,
            msr::VP_INDEX => self.vp_index().into(),
            msr::SCONTROL => synic.scontrol,
            msr::SVERSION => 1,
            msr::SIEFP => synic.siefp,
            msr::SIMP => synic.simp,
            msr::EOM => 0,
            msr::SINT0..=msr::SINT15 => synic.sint[index(number, msr::SINT0)],
            _ => {
                self.out.gpr[gpr::R10] = OPERAND_INVALID;
                return self.attempt(Site::TdvmcallRead, number, 0);
            }
        };
        self.out.gpr[gpr::R10] = 0;
        self.out.gpr[gpr::R11] = value;
    }

    fn tdvmcall_wrmsr(&mut self, number: u32, value: u64) -> Option<()> {
        let (lock, unlock) = (Request::PageLock, Request::PageUnlock);
        match number {
            msr::GUEST_OS_ID => self.shared.vtl[0].guest_os_id = value,
            msr::SCONTROL => self.vp.vp.untrusted.scontrol = value,
            msr::SIEFP => {
                self.page(number, self.vp.vp.untrusted.siefp, value, lock, unlock)?;
                self.vp.vp.untrusted.siefp = value;
            }
            msr::SIMP => {
                self.page(number, self.vp.vp.untrusted.simp, value, lock, unlock)?;
                self.vp.vp.untrusted.simp = value;
            }
            msr::EOM => {}
            msr::SINT0..=msr::SINT15 => {
                let at = index(number, msr::SINT0);
                self.vp.vp.untrusted.sint[at] = value;
                self.hypercall(crate::host::SET_VP_REGISTERS, 0, name::SINT0 + at as u32, value);
            }
            _ => return None,
        }
        Some(())
    }

    /// PostMessage and SignalEvent go to the host (R30).
    fn vendor_call(&mut self, control: u64) {
        self.out.gpr[gpr::R10] = 0;
        self.out.gpr[gpr::R11] = match control & 0xFFFF {
            code @ (0x5C | 0x5D) => {
                self.request(Request::VendorCall, code as u32, control);
                self.exit.answers.hypercall_result
            }
            _ => {
                self.attempt(Site::TdvmcallFunction, control as u32, 0);
                2
            }
        };
    }
}
