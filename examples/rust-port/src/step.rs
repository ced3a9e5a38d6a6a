//! One exit: what it is, in which order that is judged (R1, R2, P1, P6), and what every kind of it has in common.

use crate::bits::*;
use crate::exit::{gpr, info, Audit, Exit, Outcome};
use crate::log::{ConfidentialLine, HostLine, LogRecord, SITES};
use crate::state::{AuditRecord, AuditRing, Message, Shared, VpState, VtlState, AUDIT_RECORDS};
use crate::vocabulary::{
    kind, status, vsm, Disposition, Line, MessageStatus, Operation, Origin, Request, Route, Site, Status, Verdict,
};

/// Basic exit reasons that are served here.
mod reason {
    pub const VMCALL: u32 = 0x12;
    pub const CR_ACCESS: u32 = 0x1C;
    pub const RDMSR: u32 = 0x1F;
    pub const WRMSR: u32 = 0x20;
    pub const GDTR_IDTR: u32 = 0x2E;
    pub const LDTR_TR: u32 = 0x2F;
    pub const XSETBV: u32 = 0x37;
    pub const TDCALL: u32 = 0x4D;
}

/// TDX statuses with which TDG.VP.ENTER returns.
mod tdx_status {
    pub const HOST_ROUTED_TDVMCALL: u64 = 0x1101;
    pub const NOT_ENTERED: u64 = 0x1120;
}

const MESSAGE_MSR: u32 = 0x8001_0001;
const MESSAGE_REGISTER: u32 = 0x8001_0006;

/// Why a request is not granted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failure {
    pub status: Status,
    /// A module, guest memory or the host failed it, not a rule.
    pub verdict: Verdict,
}

pub fn refused(status: Status) -> Failure {
    Failure { status, verdict: Verdict::Refused }
}

pub fn failed(status: Status) -> Failure {
    Failure { status, verdict: Verdict::Failed }
}

pub type Granted = Result<(), Failure>;

/// An exit being handled.
pub struct Step<'a, 'b> {
    pub shared: &'a mut Shared<'b>,
    pub vp: &'a mut VpState,
    pub ring: &'a mut AuditRing,
    pub exit: &'a Exit,
    pub out: Outcome,
}

/// Handles one exit of a VP of the partition. `exit.vtl` is 0 or 1, `exit.vp` below the number of VPs.
pub fn handle(shared: &mut Shared, vp: &mut VpState, ring: &mut AuditRing, exit: &Exit) -> Outcome {
    let mut step = Step { shared, vp, ring, exit, out: Outcome::unchanged(exit) };
    match exit.kind {
        kind::L2_EXIT => step.l2_exit(),
        kind::LOAD_CONTEXT => step.load_context(),
        kind::SET_APIC_OFFLOAD => step.set_apic_offload(),
        kind::DELIVER_MESSAGE => step.deliver_message(),
        kind::PREEMPT => step.preempt(),
        kind::STARTUP_IPI => step.startup_ipi(),
        kind::REVOKE_VSM => step.revoke_vsm(),
        kind::HOST_ACCESS => step.host_access(),
        kind::SPECIAL_REQUEST => step.special_request(),
        kind::DRAIN_AUDIT => step.drain_audit(),
        kind::LOG_FLUSH => step.log_flush(),
        kind::LOG_LIMITS => step.log_limits(),
        _ => step.internal_error(),
    }
    step.charge();
    step.out
}

impl Step<'_, '_> {
    pub fn vtl(&self) -> usize {
        self.exit.vtl as usize
    }

    /// The state of the VTL that exits.
    pub fn own(&self) -> &VtlState {
        &self.vp.vtl[self.vtl()]
    }

    pub fn own_mut(&mut self) -> &mut VtlState {
        &mut self.vp.vtl[self.exit.vtl as usize]
    }

    pub fn own_origin(&self) -> Origin {
        if self.exit.vtl == 0 {
            Origin::Vtl0
        } else {
            Origin::Vtl1
        }
    }

    pub fn vp_index(&self) -> u32 {
        self.exit.vp
    }

    fn l2_exit(&mut self) {
        let status = self.exit.info[info::RAX] >> 32;
        let reason = self.exit.info[info::RAX] as u32;
        if status >= tdx_status::NOT_ENTERED {
            self.out.disposition = Disposition::NotEntered;
            return;
        }
        if !matches!(status, 0 | 0x1100..=0x1102) || reason >> 31 != 0 {
            return self.internal_error();
        }
        let exists = self.exit.vtl == 0 || self.vp.vp.vtl1_present;
        if exists {
            self.save();
        }
        if status == tdx_status::HOST_ROUTED_TDVMCALL {
            if reason != reason::TDCALL {
                return self.internal_error();
            }
            self.out.disposition = Disposition::HostRouted;
            return;
        }
        self.instruction(reason & 0xFFFF, exists);
        if exists {
            self.own_mut().rip = self.out.rip;
        }
    }

    /// The state that the exit leaves its VTL in (P1).
    fn save(&mut self) {
        let exit = self.exit;
        let own = self.own_mut();
        own.rip = exit.rip;
        own.rflags = exit.rflags;
        own.rsp = exit.gpr[gpr::RSP];
        own.cr0 = exit.cr0;
        own.cr4 = exit.cr4;
        self.vp.vp.active_vtl1 = exit.vtl == 1;
    }

    fn instruction(&mut self, reason: u32, exists: bool) {
        let serve = match reason {
            reason::RDMSR => Self::rdmsr,
            reason::WRMSR => Self::wrmsr,
            reason::TDCALL => Self::tdcall,
            reason::VMCALL => Self::vmcall,
            reason::CR_ACCESS => Self::cr_access,
            reason::XSETBV => Self::xsetbv,
            reason::GDTR_IDTR => Self::gdtr_idtr,
            reason::LDTR_TR => Self::ldtr_tr,
            _ => {
                self.out.disposition = Disposition::NotHandled;
                return;
            }
        };
        if exists {
            serve(self);
        } else {
            self.internal_error_gp();
        }
    }

    /// The instruction is done (D8).
    pub fn complete(&mut self) {
        let exit = self.exit;
        let cs_long = bit(exit.info[info::RSI], 29);
        let code64 = all(self.own().efer, EFER_LME) && all(exit.cr0, CR0_PG) && cs_long;
        let rip = exit.rip.wrapping_add(exit.instruction_length());
        self.out.disposition = Disposition::Done;
        self.out.rip = if code64 { rip } else { rip & 0xFFFF_FFFF };
        self.out.interruptibility &= !3;
        if all(exit.rflags, RFLAGS_TF) {
            self.out.pending_debug |= 1 << 14;
        }
    }

    /// #GP(0); an error code is delivered in protected mode only (D7).
    fn queue_gp(&mut self) {
        self.out.event = if all(self.exit.cr0, CR0_PE) { 0x8000_0B0D } else { 0x8000_030D };
    }

    pub fn gp(&mut self) {
        self.out.disposition = Disposition::Gp;
        self.queue_gp();
    }

    pub fn ud(&mut self) {
        self.out.disposition = Disposition::Ud;
        self.out.event = 0x8000_0306;
    }

    /// What cannot happen (D2), where no instruction is pending.
    pub fn internal_error(&mut self) {
        self.out.disposition = Disposition::InternalError;
        self.audit(Audit {
            present: true,
            origin: self.own_origin(),
            operation: Operation::InternalError,
            vtl: self.exit.vtl as u8,
            route: Route::None,
            verdict: Verdict::Failed,
            reason: status::SUCCESS,
            register: 0,
        });
    }

    pub fn internal_error_gp(&mut self) {
        self.internal_error();
        self.queue_gp();
    }

    pub fn request(&mut self, request: Request, index: u32, value: u64) {
        self.out.request = request;
        self.out.request_index = index;
        self.out.request_value = value;
    }

    /// A warning attempt: the number is host-visible, the value confidential.
    pub fn attempt(&mut self, site: Site, number: u32, value: u64) {
        self.out.log_site = site;
        self.out.log_msr = number;
        self.out.log_value = value;
    }

    /// Leaves a record in the outcome and in the VP's ring (P35).
    pub fn audit(&mut self, audit: Audit) {
        let vp = &mut self.vp.vp;
        self.ring[vp.audit_next as usize % AUDIT_RECORDS] = AuditRecord {
            sequence: vp.audit_next,
            time: self.exit.now,
            vp: self.exit.vp,
            register: audit.register,
            reason: audit.reason,
            origin: audit.origin,
            operation: audit.operation,
            vtl: audit.vtl,
            route: audit.route,
            verdict: audit.verdict,
        };
        vp.audit_next = vp.audit_next.wrapping_add(1);
        if (vp.audit_count as usize) < AUDIT_RECORDS {
            vp.audit_count += 1;
        } else {
            vp.audit_count = AUDIT_RECORDS as u32;
            vp.audit_lost = vp.audit_lost.saturating_add(1);
        }
        self.out.audit = audit;
    }

    /// VTL1 intercepts a WRMSR of VTL0 (R25).
    pub fn intercept_msr(&mut self, number: u32, value: u64) {
        let (rdx, rax) = (self.exit.gpr[gpr::RDX], self.exit.gpr[gpr::RAX]);
        self.intercept(MESSAGE_MSR, number, rdx, rax);
        self.attempt(Site::ProtectedWrite, number, value);
    }

    /// VTL1 intercepts VTL0's write of a control or table register (P4).
    pub fn intercept_register(&mut self, name: u32, value: u64) {
        self.intercept(MESSAGE_REGISTER, name, 0, value);
        self.attempt(Site::ProtectedRegister, name, value);
    }

    fn intercept(&mut self, kind: u32, number: u32, rdx: u64, rax: u64) {
        let exit = self.exit;
        let cs = exit.info[info::RSI];
        let contents = Message {
            kind,
            number,
            rdx,
            rax,
            cs_base: exit.info[info::RDI],
            cs_limit: (cs >> 32) as u32,
            cs_selector: cs as u16,
            cs_attributes: (cs >> 16) as u16,
            rip: exit.rip,
            rflags: exit.rflags,
            state: exit.cpl() as u16 | u16::from(self.own().long_mode()) << 4,
            length: exit.instruction_length() as u8,
            access: 1,
        };
        self.out.disposition = Disposition::Intercepted;
        if self.message_has_room() {
            self.post(contents);
        } else {
            self.vp.vp.pending = contents;
            self.vp.vp.intercept_pending = true;
            self.out.message.status = MessageStatus::Pending;
            self.out.message.vp = exit.vp;
            self.out.message.contents = contents;
        }
    }

    fn message_has_room(&self) -> bool {
        let synic = &self.vp.vtl[1].synic;
        all(synic.simp, PAGE_ENABLE) && !any(synic.sint[0], SINT_MASKED | SINT_PROXY) && !self.exit.answers.slot_busy
    }

    fn post(&mut self, contents: Message) {
        let sint0 = self.vp.vtl[1].synic.sint[0];
        self.vp.vp.pending = Message::default();
        self.vp.vp.intercept_pending = false;
        self.out.message.status = MessageStatus::Posted;
        self.out.message.vp = self.exit.vp;
        self.out.message.contents = contents;
        if !any(sint0, SINT_POLLING) {
            self.out.message.interrupt = true;
            self.out.message.interrupt_vector = sint0 as u8;
        }
    }

    pub fn accept(&mut self) {
        self.out.disposition = Disposition::Accepted;
    }

    pub fn refuse(&mut self, status: Status) {
        self.out.disposition = Disposition::Refused;
        self.out.error = status;
    }

    fn set_apic_offload(&mut self) {
        self.vp.vp.apic_offload = all(self.exit.argument, 1);
        self.accept();
    }

    fn deliver_message(&mut self) {
        if !self.vp.vp.intercept_pending {
            return self.refuse(status::INVALID_PARAMETER);
        }
        if !self.message_has_room() {
            return self.refuse(status::OBJECT_IN_USE);
        }
        self.post(self.vp.vp.pending);
        self.accept();
    }

    fn preempt(&mut self) {
        if self.vp.vp.active_vtl1 || !self.vp.vp.vtl1_present {
            return self.refuse(status::INVALID_VTL_STATE);
        }
        self.vp.vp.active_vtl1 = true;
        self.request(Request::EntryReason, 0, 2);
        self.accept();
    }

    fn revoke_vsm(&mut self) {
        if self.shared.vsm.guest_vsm == vsm::ENABLED {
            return self.refuse(status::VTL_ALREADY_ENABLED);
        }
        self.shared.vsm.guest_vsm = vsm::UNSUPPORTED;
        self.accept();
    }

    fn drain_audit(&mut self) {
        self.vp.vp.audit_count = 0;
        self.accept();
    }

    fn log_flush(&mut self) {
        let site = self.exit.argument;
        if !(1..=SITES as u64).contains(&site) {
            return self.refuse(status::INVALID_PARAMETER);
        }
        self.accept();
        if !self.shared.config.hardware_isolated() {
            return;
        }
        let (vp, now) = (self.exit.vp as usize, self.exit.now);
        if let Some(suppressed) = self.shared.flush(vp, site as usize - 1, now) {
            self.line(Line::Summary, site as u8, suppressed);
        }
    }

    fn log_limits(&mut self) {
        let Exit { argument, input, now, .. } = *self.exit;
        if self.shared.set_limits(argument, input.value, input.value_high, now) {
            self.accept();
        } else {
            self.refuse(status::INVALID_PARAMETER);
        }
    }

    /// What the budget makes of the exit's attempt (L6), and the census of it.
    fn charge(&mut self) {
        let (vp, site) = (self.exit.vp as usize, self.out.log_site);
        if site == Site::None || !self.shared.config.hardware_isolated() {
            return;
        }
        if matches!(site, Site::UnknownRead | Site::UnknownWrite) {
            let write = site == Site::UnknownWrite;
            self.shared.logs[vp].count_unknown(self.out.log_msr, write);
        }
        if let Some(suppressed) = self.shared.attempt(vp, site as usize - 1, self.exit.now) {
            self.line(Line::Warning, site as u8, suppressed);
        }
    }

    fn line(&mut self, line: Line, site: u8, suppressed: u64) {
        self.out.log_line = line;
        self.out.log_suppressed = suppressed;
        let host = HostLine {
            time: self.exit.now,
            suppressed,
            number: self.out.log_msr,
            vp: self.exit.vp,
            line,
            site,
            vtl: self.exit.vtl as u8,
        };
        let confidential = ConfidentialLine { value: self.out.log_value };
        self.shared.write_line(self.exit.vp as usize, LogRecord { host, confidential });
    }
}
