//! Control registers, XCR0 and descriptor tables (P6-P10), and what of them exits.

use crate::bits::*;
use crate::exit::{gpr, info};
use crate::rules;
use crate::state::{Config, Controls, VpState};
use crate::step::Step;
use crate::vocabulary::{name, Disposition, Request};

/// CrInterceptControl bits of VTL1's claims.
pub mod claim {
    pub const CR0: u8 = 0;
    pub const CR4: u8 = 1;
    pub const XCR0: u8 = 2;
    pub const GDTR: u8 = 15;
    pub const IDTR: u8 = 16;
    pub const LDTR: u8 = 17;
    pub const TR: u8 = 18;
}

const ANY_TABLE: u64 = 0xF << claim::GDTR;
/// MP, EM, TS, ET, WP, AM belong to the guest.
const CR0_GUEST: u64 = 0x5_001E;

/// What a VTL's VMCS holds (P7).
pub fn controls(config: &Config, state: &VpState, vtl: usize) -> Controls {
    let claims = |number| vtl == 0 && state.vp.vtl1_present && bit(state.vp.intercept_control, number);
    let mask = |number, mask| if claims(number) { mask } else { 0 };
    let own = &state.vtl[vtl];
    Controls {
        cr0_guest_host_mask: !CR0_GUEST | mask(claim::CR0, state.vp.cr0_mask),
        cr4_guest_host_mask: !(0xB7_1FBF & config.cr4_allowed) | mask(claim::CR4, state.vp.cr4_mask),
        cr0_read_shadow: own.cr0,
        cr4_read_shadow: own.cr4,
        descriptor_table_exiting: vtl == 0 && tables_armed(state),
    }
}

fn tables_armed(state: &VpState) -> bool {
    state.vp.vtl1_present && any(state.vp.intercept_control, ANY_TABLE)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cr {
    Cr0,
    Cr4,
}

impl Step<'_, '_> {
    fn claims(&self, number: u8) -> bool {
        self.exit.vtl == 0 && self.vp.vp.vtl1_present && bit(self.vp.vp.intercept_control, number)
    }

    /// Which control register an exit writes, and with what; nothing if there is no such exit (P8).
    fn cr_write(&self) -> Option<(Cr, u64)> {
        let qualification = self.exit.info[info::RCX];
        let old = self.exit.cr0;
        match (qualification >> 4 & 3, qualification & 0xF) {
            (0, number @ (0 | 4)) => {
                let register = (qualification >> 8 & 0xF) as usize;
                Some((if number == 0 { Cr::Cr0 } else { Cr::Cr4 }, self.exit.gpr[register]))
            }
            (2, _) => Some((Cr::Cr0, old & !CR0_TS)),
            (3, _) => {
                let source = qualification >> 16 & 0xFFFF;
                Some((Cr::Cr0, old & !0xE | source & 0xE | (old | source) & CR0_PE))
            }
            _ => None,
        }
    }

    pub fn cr_access(&mut self) {
        let (register, value) = match self.cr_write() {
            Some(write) if self.exit.cpl() == 0 => write,
            _ => return self.internal_error_gp(),
        };
        let (claim, mask, old, name) = match register {
            Cr::Cr0 => (claim::CR0, self.vp.vp.cr0_mask, self.exit.cr0, name::CR0),
            Cr::Cr4 => (claim::CR4, self.vp.vp.cr4_mask, self.exit.cr4, name::CR4),
        };
        if self.claims(claim) && any(old ^ value, mask) {
            return self.intercept_register(name, value);
        }
        let vtl = self.vtl();
        let la57_changes = register == Cr::Cr4 && any(old ^ value, CR4_LA57);
        if la57_changes && self.own().long_mode() || self.set_control_register(vtl, name, value).is_none() {
            return self.gp();
        }
        self.complete();
    }

    /// Stores CR0 or CR4, by MOV or SetVpRegisters; EFER.LMA follows CR0.PG. Nothing if the value is bad (P24).
    pub fn set_control_register(&mut self, vtl: usize, name: u32, value: u64) -> Option<()> {
        let state = &mut self.vp.vtl[vtl];
        if name == name::CR4 {
            return rules::cr4(self.shared.config, state, value).then(|| state.cr4 = value);
        }
        state.cr0 = rules::cr0(state, value)?;
        state.efer = rules::efer_with_lma(state.efer, state.cr0);
        state.ia32e_guest = all(state.efer, EFER_LMA);
        Some(())
    }

    pub fn xsetbv(&mut self) {
        let (high, low) = (self.exit.gpr[gpr::RDX], self.exit.gpr[gpr::RAX]);
        let value = high << 32 | low & 0xFFFF_FFFF;
        let good = self.exit.cpl() == 0
            && self.exit.gpr[gpr::RCX] as u32 == 0
            && all(self.exit.cr4, CR4_OSXSAVE)
            && rules::xcr0(self.shared.config, value);
        if !good {
            return self.gp();
        }
        if self.claims(claim::XCR0) {
            return self.intercept_register(name::XFEM, value);
        }
        self.vp.vp.xcr0 = value;
        self.request(Request::RegisterWrite, name::XFEM, value);
        self.out.request_vtl = self.exit.vtl as u8;
        self.complete();
    }

    pub fn gdtr_idtr(&mut self) {
        self.table_access([(name::GDTR, claim::GDTR), (name::IDTR, claim::IDTR)]);
    }

    pub fn ldtr_tr(&mut self) {
        self.table_access([(name::LDTR, claim::LDTR), (name::TR, claim::TR)]);
    }

    /// The instructions are: store the first, store the second, load the first, load the second (P10).
    fn table_access(&mut self, tables: [(u32, u8); 2]) {
        let instruction = (self.exit.info[info::R11] >> 28 & 3) as usize;
        let (name, claim) = tables[instruction & 1];
        if self.exit.vtl != 0 || !tables_armed(self.vp) {
            return self.internal_error_gp();
        }
        if instruction >= 2 && self.claims(claim) {
            return self.intercept_register(name, 0);
        }
        self.out.disposition = Disposition::Emulate;
    }
}
