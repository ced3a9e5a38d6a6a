//! Hypercalls by VMCALL: their shape, the VTL calls, and the contexts that VTLs start with (P11-P15, P30-P34).

use crate::bits::*;
use crate::exit::{gpr, Audit, Exit};
use crate::host::{ENABLE_PARTITION_VTL, ENABLE_VP_VTL, GET_VP_REGISTERS, SET_VP_REGISTERS};
use crate::rules;
use crate::state::{Context, Slot};
use crate::step::{failed, refused, Failure, Granted, Step};
use crate::vocabulary::{isolation, name, status, vsm, Disposition, Operation, Request, Route, Site, Status, Verdict};

const START_VIRTUAL_PROCESSOR: u16 = 0x99;
const VTL_CALL: u16 = 0x11;
const VTL_RETURN: u16 = 0x12;
/// Calls that other handlers serve.
const OTHERS: [u16; 17] =
    [2, 3, 0xB, 0xC, 0x13, 0x14, 0x15, 0x4D, 0x52, 0x5C, 0x5D, 0x7E, 0x94, 0x9A, 0xDB, 0x11C, 0x8001];

const SELF_PARTITION: u64 = u64::MAX;
pub const SELF_VP: u32 = 0xFFFF_FFFE;
/// Bit of VsmPartitionConfig.
const DENY_STARTUP: u64 = 1 << 6;
/// What the registers of a fast call hold.
const FAST_BYTES: u64 = 112;

/// The control word of a hypercall.
#[derive(Clone, Copy)]
struct Control(u64);

impl Control {
    fn code(self) -> u16 {
        self.0 as u16
    }

    fn fast(self) -> bool {
        bit(self.0, 16)
    }

    fn count(self) -> u64 {
        self.0 >> 32 & 0xFFF
    }

    fn start(self) -> u64 {
        self.0 >> 48 & 0xFFF
    }

    /// Reserved bits, the nested bit, a variable header.
    fn malformed(self) -> bool {
        any(self.0, 0x3FF << 17 | 0x1F << 27 | 0xF << 44 | 0xF << 60)
    }

    fn with_start(self, start: u64) -> u64 {
        self.0 & !(0xFFF << 48) | start << 48
    }
}

impl Step<'_, '_> {
    fn control(&self) -> Control {
        Control(self.exit.gpr[gpr::RCX])
    }

    pub fn vmcall(&mut self) {
        if self.exit.cpl() != 0 {
            return self.gp();
        }
        match self.control().code() {
            code @ (GET_VP_REGISTERS | SET_VP_REGISTERS) => self.register_call(code == SET_VP_REGISTERS),
            code @ ENABLE_PARTITION_VTL => {
                self.vtl_service(code, Operation::EnablePartitionVtl, 16, Self::enable_partition_vtl);
            }
            code @ ENABLE_VP_VTL => {
                self.vtl_service(code, Operation::EnableVpVtl, 240, Self::enable_vp_vtl);
            }
            code @ START_VIRTUAL_PROCESSOR => {
                self.vtl_service(code, Operation::StartVp, 240, Self::start_vp);
            }
            VTL_CALL => self.vtl_call(),
            VTL_RETURN => self.vtl_return(),
            code if OTHERS.contains(&code) => self.out.disposition = Disposition::NotHandled,
            code => {
                self.attempt(Site::HypercallCode, code.into(), 0);
                self.answer(status::INVALID_HYPERCALL_CODE, 0);
            }
        }
    }

    /// The call completes with a result (P12).
    fn answer(&mut self, status: Status, done: u64) {
        self.complete();
        self.out.gpr[gpr::RAX] = u64::from(status) | done << 32;
    }

    /// Whether a call has the shape it must have (P13). `list`: a rep call; `input` and `output` are in bytes.
    fn shape(&self, list: bool, input: u64, output: u64) -> Result<(), Status> {
        let control = self.control();
        let (count, start) = (control.count(), control.start());
        let bad_list = if list { start >= count } else { count != 0 || start != 0 };
        if control.malformed() || bad_list {
            return Err(status::INVALID_HYPERCALL_INPUT);
        }
        if control.fast() {
            let round = |bytes: u64| (bytes + 15) & !15;
            let fits = round(input) + round(output) <= FAST_BYTES;
            return if fits { Ok(()) } else { Err(status::INVALID_HYPERCALL_INPUT) };
        }
        let buffers = [(self.exit.gpr[gpr::RDX], input), (self.exit.gpr[gpr::R8], output)];
        let mut used = buffers.iter().filter(|(_, bytes)| *bytes != 0);
        if used.clone().any(|(address, bytes)| (address & 0xFFF) + bytes > 0x1000) {
            return Err(status::INVALID_HYPERCALL_INPUT);
        }
        if used.any(|(address, _)| address & 7 != 0) {
            return Err(status::INVALID_ALIGNMENT);
        }
        if self.exit.input.unreadable {
            return Err(status::INVALID_HYPERCALL_INPUT);
        }
        Ok(())
    }

    /// Which route a record of the guest's own request names (P36).
    fn guest_route(&self, granted: bool) -> Route {
        if matches!(self.out.request, Request::RegisterRead | Request::RegisterWrite) {
            Route::TdxModule
        } else if self.out.hypercall != 0 {
            Route::Hypercall
        } else if granted {
            Route::Emulation
        } else {
            Route::None
        }
    }

    fn audit_guest(&mut self, operation: Operation, vtl: u8, register: u32, result: Granted) {
        let (verdict, reason) = verdict(result);
        self.audit(Audit {
            present: true,
            origin: self.own_origin(),
            operation,
            vtl,
            route: self.guest_route(result.is_ok()),
            verdict,
            reason,
            register,
        });
    }

    fn register_call(&mut self, set: bool) {
        let control = self.control();
        let (count, start) = (control.count(), control.start());
        let bytes = if set { (16 + 32 * count, 0) } else { (16 + 4 * count, 16 * count) };
        if let Err(status) = self.shape(true, bytes.0, bytes.1) {
            return self.answer(status, 0);
        }
        let input = &self.exit.input;
        let result = self.register_target().and_then(|target| self.guest_register(set, input.name, target));
        let names_another = bit(input.target_vtl.into(), 4) && u32::from(input.target_vtl & 0xF) != self.exit.vtl;
        if names_another {
            let operation = if set { Operation::Set } else { Operation::Get };
            self.audit_guest(operation, input.target_vtl & 0xF, input.name, result);
        }
        match result {
            Err(failure) => self.answer(failure.status, start),
            Ok(()) if start + 1 == count => self.answer(status::SUCCESS, count),
            Ok(()) => {
                self.out.disposition = Disposition::Continued;
                self.out.gpr[gpr::RCX] = control.with_start(start + 1);
            }
        }
    }

    /// The VTL whose register is named, if the header is in order (P15).
    fn register_target(&self) -> Result<usize, Failure> {
        let Exit { input, vtl, vp, .. } = self.exit;
        if input.partition_id != SELF_PARTITION {
            return Err(refused(status::ACCESS_DENIED));
        }
        if input.target_vp != SELF_VP && input.target_vp >= self.shared.config.vps {
            return Err(refused(status::INVALID_VP_INDEX));
        }
        if input.target_vp != SELF_VP && input.target_vp != *vp {
            return Err(refused(status::ACCESS_DENIED));
        }
        let (use_target, value) = (bit(input.target_vtl.into(), 4), u32::from(input.target_vtl & 0xF));
        if input.target_vtl >> 5 != 0 || use_target && value >= 3 {
            return Err(refused(status::INVALID_PARAMETER));
        }
        let target = if use_target { value } else { *vtl };
        if target > *vtl {
            return Err(refused(status::ACCESS_DENIED));
        }
        Ok(target as usize)
    }

    /// A call that enables or starts something, and its record where it names the other VTL.
    fn vtl_service(&mut self, code: u16, operation: Operation, bytes: u64, serve: fn(&mut Self) -> Granted) {
        if let Err(status) = self.shape(false, bytes, 0) {
            return self.answer(status, 0);
        }
        let result = serve(self);
        let input = &self.exit.input;
        if u32::from(input.target_vtl) != self.exit.vtl {
            let register = if code == ENABLE_PARTITION_VTL { 0 } else { input.target_vp };
            self.audit_guest(operation, input.target_vtl, register, result);
        }
        self.answer(result.err().map_or(status::SUCCESS, |failure| failure.status), 0);
    }

    fn own_partition(&self) -> Granted {
        if self.exit.input.partition_id == SELF_PARTITION {
            Ok(())
        } else {
            Err(refused(status::INVALID_PARTITION_ID))
        }
    }

    fn enable_partition_vtl(&mut self) -> Granted {
        let input = &self.exit.input;
        self.own_partition()?;
        if input.target_vtl != 1 {
            return Err(refused(status::ACCESS_DENIED));
        }
        if input.flags & !1 != 0 {
            return Err(refused(status::INVALID_PARAMETER));
        }
        match self.shared.vsm.guest_vsm {
            vsm::NOT_ENABLED => {}
            vsm::ENABLED => return Err(refused(status::INVALID_VTL_STATE)),
            _ => return Err(refused(status::ACCESS_DENIED)),
        }
        self.hypercall(ENABLE_PARTITION_VTL, 1, 0, 0);
        self.plain_success(0).map_err(|_| failed(status::OPERATION_DENIED))?;
        self.default_protection(self.shared.vsm.partition_config)?;
        self.shared.vsm.guest_vsm = vsm::ENABLED;
        self.shared.vsm.mbec = input.flags & 1 != 0;
        Ok(())
    }

    /// VTL0's pages get the protection of a VsmPartitionConfig word.
    pub fn default_protection(&mut self, partition_config: u64) -> Granted {
        self.request(Request::DefaultProtection, 0, partition_config >> 1 & 0xF);
        if self.exit.answers.page_refused {
            return Err(failed(status::OPERATION_DENIED));
        }
        Ok(())
    }

    fn enable_vp_vtl(&mut self) -> Granted {
        let Exit { input, vtl, vp: own, .. } = self.exit;
        self.own_partition()?;
        let vp = if input.target_vp == SELF_VP { *own } else { input.target_vp };
        if vp >= self.shared.config.vps {
            return Err(refused(status::INVALID_VP_INDEX));
        }
        if input.target_vtl != 1 {
            return Err(refused(status::INVALID_PARAMETER));
        }
        if self.shared.vsm.guest_vsm != vsm::ENABLED {
            return Err(refused(status::INVALID_VTL_STATE));
        }
        if *vtl == 0 && (self.shared.vsm.vtl1_on_any_vp || vp != *own) {
            return Err(refused(status::ACCESS_DENIED));
        }
        if self.shared.slots[vp as usize].enable_called {
            return Err(refused(status::VTL_ALREADY_ENABLED));
        }
        if self.shared.config.isolation == isolation::CCA {
            return Err(refused(status::FEATURE_UNAVAILABLE));
        }
        let context = self.good_context()?;
        self.hypercall(ENABLE_VP_VTL, 1, vp, 0);
        self.plain_success(0).map_err(|_| failed(status::OPERATION_DENIED))?;
        self.shared.vsm.vtl1_on_any_vp = true;
        let slot = &mut self.shared.slots[vp as usize];
        *slot = Slot { enable_called: true, enable_pending: true, enable: context, ..*slot };
        self.request(Request::Wake, vp, 0);
        Ok(())
    }

    /// The context of the input as a slot keeps it.
    fn good_context(&self) -> Result<Context, Failure> {
        let context = self.exit.input.context;
        if !rules::context(self.shared.config, &context) {
            return Err(refused(status::INVALID_REGISTER_VALUE));
        }
        Ok(Context { cr0: rules::cr0_adjusted(context.cr0), ..context })
    }

    fn startup_denied(&self) -> bool {
        self.exit.vtl == 0 && all(self.shared.vsm.partition_config, DENY_STARTUP)
    }

    fn start_vp(&mut self) -> Granted {
        let Exit { input, vtl, vp: own, .. } = self.exit;
        self.own_partition()?;
        let vp = input.target_vp;
        if vp == SELF_VP || vp == *own || vp >= self.shared.config.vps {
            return Err(refused(status::INVALID_VP_INDEX));
        }
        if u32::from(input.target_vtl) > *vtl {
            return Err(refused(status::ACCESS_DENIED));
        }
        let slot = self.shared.slots[vp as usize];
        if input.target_vtl == 1 && !slot.enable_called {
            return Err(refused(status::INVALID_VP_STATE));
        }
        if self.startup_denied() {
            return Err(refused(status::ACCESS_DENIED));
        }
        if slot.started {
            return Err(refused(status::INVALID_VP_STATE));
        }
        let start = self.good_context()?;
        let start_vtl1 = input.target_vtl == 1;
        self.shared.slots[vp as usize] = Slot { started: true, start_pending: true, start_vtl1, start, ..slot };
        self.request(Request::Wake, vp, 0);
        Ok(())
    }

    pub fn startup_ipi(&mut self) {
        let (vp, vector) = (self.exit.argument as u32, self.exit.argument >> 32 & 0xFF);
        let result = if self.startup_denied() {
            Err(refused(status::ACCESS_DENIED))
        } else if vp >= self.shared.config.vps {
            Err(refused(status::INVALID_VP_INDEX))
        } else {
            Ok(())
        };
        if let Err(failure) = result {
            self.audit_guest(Operation::StartupIpi, self.exit.vtl as u8, 0, result);
            return self.refuse(failure.status);
        }
        self.shared.slots[vp as usize].started = true;
        self.request(Request::StartupIpi, vp, vector);
        self.accept();
    }

    pub fn load_context(&mut self) {
        let vp = self.exit.vp as usize;
        let slot = self.shared.slots[vp];
        if slot.enable_pending {
            self.vp.vp.vtl1_present = true;
            self.load(1, &slot.enable);
            let slot = &mut self.shared.slots[vp];
            *slot = Slot { enable_pending: false, enable: Context::default(), ..*slot };
        } else if slot.start_pending {
            if slot.start_vtl1 && !self.vp.vp.vtl1_present {
                return self.internal_error();
            }
            self.vp.vp.active_vtl1 = self.vp.vp.vtl1_present;
            self.load(slot.start_vtl1.into(), &slot.start);
            let slot = &mut self.shared.slots[vp];
            *slot = Slot { start_pending: false, start_vtl1: false, start: Context::default(), ..*slot };
        } else {
            return self.refuse(status::INVALID_VP_STATE);
        }
        self.accept();
    }

    fn load(&mut self, vtl: usize, context: &Context) {
        let state = &mut self.vp.vtl[vtl];
        state.rip = context.rip;
        state.rsp = context.rsp;
        state.rflags = context.rflags;
        state.cr0 = context.cr0;
        state.cr4 = context.cr4;
        state.pat = context.pat;
        state.efer = rules::efer_with_lma(context.efer, context.cr0);
        state.ia32e_guest = all(state.efer, EFER_LMA);
        self.request(Request::LoadContext, vtl as u32, 0);
    }

    /// #UD and an attempt: a VTL switch that may not be.
    fn bad_switch(&mut self, code: u16) {
        self.attempt(Site::VtlSwitch, code.into(), 0);
        self.ud();
    }

    fn vtl_call(&mut self) {
        let exact = self.exit.gpr[gpr::RCX] == u64::from(VTL_CALL) && self.exit.gpr[gpr::RAX] == 0;
        if !exact || self.exit.vtl != 0 || !self.vp.vp.vtl1_present {
            return self.bad_switch(VTL_CALL);
        }
        self.complete();
        self.vp.vp.active_vtl1 = true;
        self.request(Request::EntryReason, 0, 1);
    }

    fn vtl_return(&mut self) {
        let exact = self.exit.gpr[gpr::RCX] == u64::from(VTL_RETURN) && self.exit.gpr[gpr::RAX] <= 1;
        if !exact || self.exit.vtl != 1 {
            return self.bad_switch(VTL_RETURN);
        }
        self.complete();
        self.vp.vp.active_vtl1 = false;
        self.vp.vp.tlb_locked = false;
        if self.exit.gpr[gpr::RAX] == 0 {
            self.out.gpr[gpr::RAX] = self.exit.answers.assist_rax;
            self.out.gpr[gpr::RCX] = self.exit.answers.assist_rcx;
        }
        self.deliver_event();
    }

    /// The PendingEvent0 that VTL1 has set for VTL0 (P32).
    fn deliver_event(&mut self) {
        let (event, parameter) = (self.vp.vp.pending_event, self.vp.vp.pending_event_parameter);
        if !all(event, 1) {
            return;
        }
        let vector = u32::from((event >> 16) as u8);
        let software = matches!(vector, 3 | 4);
        self.out.event = vector | if software { 0x8000_0600 } else { 0x8000_0300 };
        if bit(event, 8) {
            self.out.event |= 1 << 11;
            self.out.event_error_code = (event >> 32) as u32;
        }
        if vector == 14 {
            self.request(Request::RegisterWrite, name::CR2, parameter);
        }
        self.vp.vp.pending_event = 0;
        self.vp.vp.pending_event_parameter = 0;
    }
}

/// Verdict and reason of a record.
pub fn verdict(result: Granted) -> (Verdict, Status) {
    match result {
        Ok(()) => (Verdict::Granted, status::SUCCESS),
        Err(failure) => (failure.verdict, failure.status),
    }
}
