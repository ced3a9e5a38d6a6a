//! The registers that a guest reaches by GetVpRegisters and SetVpRegisters (P16-P29).

use crate::bits::*;
use crate::exit::Exit;
use crate::rows::{register_row, Gate};
use crate::rules;
use crate::state::Segment;
use crate::step::{failed, refused, Failure, Granted, Step};
use crate::vocabulary::{isolation, msr, name, status, vsm, Request};

/// What VTL1 may claim: every write bit but SGX launch control's.
const CLAIMABLE: u64 = 0x1EFF_D557;

/// The MSR that a register name stands for, where its value is kept in the VTL's state.
fn state_msr(register: u32) -> Option<u32> {
    Some(match register {
        name::EFER => msr::EFER,
        name::PAT => msr::PAT,
        name::SYSENTER_CS => msr::SYSENTER_CS,
        name::SYSENTER_EIP => msr::SYSENTER_EIP,
        name::SYSENTER_ESP => msr::SYSENTER_ESP,
        name::STAR => msr::STAR,
        name::LSTAR => msr::LSTAR,
        name::CSTAR => msr::CSTAR,
        name::SFMASK => msr::SFMASK,
        name::TSC_AUX => msr::TSC_AUX,
        name::XSS => msr::XSS,
        name::APIC_BASE => msr::APIC_BASE,
        name::VP_ASSIST_PAGE => msr::VP_ASSIST_PAGE,
        name::SINT0..=name::SINT15 => register - name::SINT0 + msr::SINT0,
        name::SCONTROL => msr::SCONTROL,
        name::SIFP => msr::SIEFP,
        name::SIPP => msr::SIMP,
        name::STIMER0_CONFIG..=name::STIMER3_COUNT => register - name::STIMER0_CONFIG + msr::STIMER0_CONFIG,
        _ => return None,
    })
}

/// Whether the value of a register that has a rule has a high word (P20).
fn has_high_word(register: u32) -> bool {
    matches!(register, name::LDTR | name::TR | name::GDTR | name::IDTR)
}

/// A register that the module keeps and that has a set of its own.
fn module_rule(step: &Step, register: u32, value: u64, high: u64) -> Option<bool> {
    let config = &*step.shared.config;
    Some(match register {
        name::CR8 => value <= 15,
        name::DR3 => true,
        name::DR7 => value >> 32 == 0,
        name::S_CET => rules::s_cet(config, value),
        name::PL0_SSP..=name::PL3_SSP => rules::ssp(config, value),
        name::INTERRUPT_SSP_TABLE_ADDR => rules::canonical(config, value),
        name::GDTR | name::IDTR => rules::canonical(config, high),
        name::LDTR => rules::ldtr(config, &Segment::from_words(value, high)),
        name::TR => rules::tr(config, &Segment::from_words(value, high)),
        _ => return None,
    })
}

impl Step<'_, '_> {
    /// One entry of GetVpRegisters or SetVpRegisters.
    pub fn guest_register(&mut self, set: bool, register: u32, target: usize) -> Granted {
        self.gate(register, target)?;
        self.register(set, register, target, false)
    }

    fn gate(&self, register: u32, target: usize) -> Granted {
        let own = target == self.vtl();
        let denied = match register_row(register).gate {
            Gate::Lower | Gate::LowerTscAux if own => Some(status::ACCESS_DENIED),
            Gate::LowerTscAux if !self.shared.config.tsc_aux => Some(status::INVALID_PARAMETER),
            Gate::Event if own => Some(status::INVALID_PARAMETER),
            Gate::Vtl1Denied if target != 1 => Some(status::ACCESS_DENIED),
            Gate::Vtl1Parameter if target != 1 => Some(status::INVALID_PARAMETER),
            Gate::Vsm if self.exit.vtl == 0 && !self.shared.config.access_vsm => Some(status::ACCESS_DENIED),
            Gate::Unlisted => Some(status::INVALID_PARAMETER),
            _ => None,
        };
        denied.map_or(Ok(()), |status| Err(refused(status)))
    }

    /// Gets or sets a register of VTL `target`, gates aside. `host`: by `host_access`, which reaches what no guest does in
    /// the module (P39).
    pub fn register(&mut self, set: bool, register: u32, target: usize, host: bool) -> Granted {
        let result = if set {
            let Exit { input, .. } = self.exit;
            self.set_register(register, target, input.value, input.value_high, host)
        } else {
            self.get_register(register, target, host).map(|(value, high)| {
                self.out.result = value;
                self.out.result_high = high;
            })
        };
        if !matches!(self.out.request, Request::None | Request::DefaultProtection) {
            self.out.request_vtl = target as u8;
        }
        result
    }

    fn module_read(&mut self, register: u32) -> Result<(u64, u64), Failure> {
        self.request(Request::RegisterRead, register, 0);
        let answers = &self.exit.answers;
        if answers.module_refused {
            return Err(failed(status::OPERATION_FAILED));
        }
        Ok((answers.register_value, answers.register_value_high))
    }

    fn module_write(&mut self, register: u32, value: u64, high: u64) -> Granted {
        self.request(Request::RegisterWrite, register, value);
        self.out.request_high = high;
        if self.exit.answers.module_refused {
            return Err(failed(status::OPERATION_FAILED));
        }
        Ok(())
    }

    fn get_register(&mut self, register: u32, target: usize, host: bool) -> Result<(u64, u64), Failure> {
        let state = &self.vp.vtl[target];
        let vp = &self.vp.vp;
        let value = match register {
            name::RSP => state.rsp,
            name::RAX..=name::R15 if !host => self.exit.gpr[(register - name::RAX) as usize],
            name::RIP => state.rip,
            name::RFLAGS => state.rflags,
            name::CR0 => state.cr0,
            name::CR4 => state.cr4,
            name::EFER => state.efer,
            name::XFEM => vp.xcr0,
            name::PAT => state.pat,
            name::SYSENTER_CS => state.sysenter_cs,
            name::SYSENTER_EIP => state.sysenter_eip,
            name::SYSENTER_ESP => state.sysenter_esp,
            name::STAR => state.star,
            name::LSTAR => state.lstar,
            name::CSTAR => state.cstar,
            name::SFMASK => state.sfmask,
            name::TSC_AUX => state.tsc_aux,
            name::XSS => state.xss,
            name::APIC_BASE => state.apic_base,
            name::VP_ASSIST_PAGE => state.vp_assist,
            name::SINT0..=name::SINT15 => state.synic.sint[(register - name::SINT0) as usize],
            name::SCONTROL => state.synic.scontrol,
            name::SVERSION => 1,
            name::SIFP => state.synic.siefp,
            name::SIPP => state.synic.simp,
            name::EOM => 0,
            name::STIMER0_CONFIG..=name::STIMER3_COUNT => {
                let at = (register - name::STIMER0_CONFIG) as usize;
                [state.stimer_config, state.stimer_count][at % 2][at / 2]
            }
            name::VSM_CODE_PAGE_OFFSETS => 0x2600F,
            name::VSM_VP_STATUS => self.vsm_vp_status(),
            name::VSM_PARTITION_STATUS => self.vsm_partition_status(),
            name::VSM_CAPABILITIES => 0x20002 | u64::from(self.shared.config.isolation == isolation::TDX),
            name::VSM_VINA => vp.vina,
            name::VSM_PARTITION_CONFIG => self.shared.vsm.partition_config,
            name::VSM_VP_SECURE_CONFIG_VTL0 => {
                if self.shared.vsm.guest_vsm != vsm::ENABLED {
                    return Err(refused(status::INVALID_VTL_STATE));
                }
                u64::from(self.shared.vsm.mbec) | u64::from(vp.tlb_locked) << 1
            }
            name::CR_INTERCEPT_CONTROL => vp.intercept_control,
            name::CR_INTERCEPT_CR0_MASK => vp.cr0_mask,
            name::CR_INTERCEPT_CR4_MASK => vp.cr4_mask,
            name::CR_INTERCEPT_MISC_ENABLE_MASK => vp.misc_enable_mask,
            name::PENDING_EVENT0 if !host => return Err(refused(status::INVALID_PARAMETER)),
            _ => return self.module_read(register),
        };
        Ok((value, 0))
    }

    fn vsm_vp_status(&self) -> u64 {
        let enabled = self.shared.slots[self.exit.vp as usize].enable_called;
        u64::from(self.exit.vtl) | u64::from(self.vp.vp.vp_mbec) << 4 | 1 << 16 | u64::from(enabled) << 17
    }

    fn vsm_partition_status(&self) -> u64 {
        let vsm = &*self.shared.vsm;
        let (supported, enabled) = (vsm.guest_vsm != vsm::UNSUPPORTED, vsm.guest_vsm == vsm::ENABLED);
        let mbec = if enabled && vsm.mbec { 3 << 20 } else { 0 };
        1 | u64::from(enabled) << 1 | u64::from(supported) << 16 | mbec
    }

    fn set_register(&mut self, register: u32, target: usize, value: u64, high: u64, host: bool) -> Granted {
        let bad = refused(status::INVALID_REGISTER_VALUE);
        if let Some(good) = module_rule(self, register, value, high) {
            let high = if has_high_word(register) { high } else { 0 };
            return if good { self.module_write(register, value, high) } else { Err(bad) };
        }
        let own = target == self.vtl();
        let state = &mut self.vp.vtl[target];
        match register {
            name::RSP => state.rsp = value,
            name::RIP => {
                if !rules::canonical(self.shared.config, value) {
                    return Err(bad);
                }
                state.rip = value;
            }
            name::RFLAGS => {
                if !rules::rflags(state, value) {
                    return Err(bad);
                }
                state.rflags = value;
            }
            name::CR0 | name::CR4 => self.set_control_register(target, register, value).ok_or(bad)?,
            name::XFEM => {
                if !rules::xcr0(self.shared.config, value) {
                    return Err(bad);
                }
                self.module_write(register, value, 0)?;
                self.vp.vp.xcr0 = value;
            }
            name::APIC_BASE if own && !host => {
                if value != state.apic_base {
                    return Err(refused(status::INVALID_PARAMETER));
                }
            }
            name::EOM => {}
            name::PENDING_EVENT0 => return self.set_pending_event(value, high),
            name::VSM_VINA => {
                if value >> 11 != 0 {
                    return Err(refused(status::INVALID_PARAMETER));
                }
                self.vp.vp.vina = value;
            }
            name::VSM_PARTITION_CONFIG => return self.set_partition_config(value),
            name::VSM_VP_SECURE_CONFIG_VTL0 => return self.set_secure_config(value),
            name::CR_INTERCEPT_CONTROL => {
                if any(value, !CLAIMABLE) {
                    return Err(bad);
                }
                self.vp.vp.intercept_control = value;
            }
            name::CR_INTERCEPT_CR0_MASK => self.vp.vp.cr0_mask = value,
            name::CR_INTERCEPT_CR4_MASK => self.vp.vp.cr4_mask = value,
            name::CR_INTERCEPT_MISC_ENABLE_MASK => self.vp.vp.misc_enable_mask = value,
            _ => return self.set_msr_register(register, target, value, high, host),
        }
        Ok(())
    }

    fn set_msr_register(&mut self, register: u32, target: usize, value: u64, high: u64, host: bool) -> Granted {
        match state_msr(register) {
            Some(number) => self.write_vtl_msr(target, number, value).ok_or_else(|| self.msr_refusal(register)),
            None if host => self.module_write(register, value, high),
            None => Err(refused(status::INVALID_PARAMETER)),
        }
    }

    /// Why an MSR's rule did not take a value: of a page register because memory refused the page, if it was asked.
    fn msr_refusal(&self, register: u32) -> Failure {
        let status = match register {
            name::SIFP | name::SIPP => status::INVALID_PARAMETER,
            _ => status::INVALID_REGISTER_VALUE,
        };
        if self.out.request == Request::PageMap {
            failed(status)
        } else {
            refused(status)
        }
    }

    fn set_pending_event(&mut self, value: u64, parameter: u64) -> Granted {
        let pending = all(value, 1);
        if pending && !rules::pending_event(value) {
            return Err(refused(status::INVALID_REGISTER_VALUE));
        }
        let vp = &mut self.vp.vp;
        let stored = if pending { (value, parameter) } else { (0, 0) };
        (vp.pending_event, vp.pending_event_parameter) = stored;
        Ok(())
    }

    /// VsmPartitionConfig: protection 0, mask 4:1, zero memory 5, deny startup 6 (P28).
    fn set_partition_config(&mut self, value: u64) -> Granted {
        const MASK: u64 = 0x1E;
        let bad = Err(refused(status::INVALID_REGISTER_VALUE));
        let vsm = *self.shared.vsm;
        let old = vsm.partition_config;
        if any(value, !0x7F) {
            return bad;
        }
        if vsm.guest_vsm != vsm::ENABLED {
            return Err(refused(status::INVALID_VTL_STATE));
        }
        let protected = all(old, 1);
        let mask_changes = any(old ^ value, MASK);
        let refused = protected && !all(value, 1)
            || !all(value, 0x6)
            || bit(value, 3) != bit(value, 4) && !vsm.mbec
            || mask_changes && protected;
        if refused {
            return bad;
        }
        if mask_changes {
            self.default_protection(value)?;
        }
        self.shared.vsm.partition_config = value | 1;
        Ok(())
    }

    /// VsmVpSecureConfigVtl0: MBEC 0, TLB locked 1, shadow stack 2, HVPT 3 (P29).
    fn set_secure_config(&mut self, value: u64) -> Granted {
        if any(value, 0xC) {
            return Err(refused(status::INVALID_REGISTER_VALUE));
        }
        if self.shared.vsm.guest_vsm != vsm::ENABLED {
            return Err(refused(status::INVALID_VTL_STATE));
        }
        if all(value, 1) != self.shared.vsm.mbec {
            return Err(refused(status::INVALID_REGISTER_VALUE));
        }
        self.vp.vp.tlb_locked = bit(value, 1);
        self.vp.vp.vp_mbec = bit(value, 0);
        Ok(())
    }
}
