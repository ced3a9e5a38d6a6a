//! An exit and its outcome, laid out as in vtl_intercept.h.

use crate::state::{Context, Message};
use crate::vocabulary::{Disposition, Line, MessageStatus, Operation, Origin, Request, Route, Site, Status, Verdict};

/// Indices of `Exit::info`: outputs of TDG.VP.ENTER, not the guest's registers of the same names.
pub mod info {
    pub const RAX: usize = 0;
    pub const RCX: usize = 1;
    pub const RSI: usize = 3;
    pub const RDI: usize = 4;
    pub const R11: usize = 8;
    pub const R12: usize = 9;
    pub const COUNT: usize = 11;
}

/// Indices of `Exit::gpr`.
pub mod gpr {
    pub const RAX: usize = 0;
    pub const RCX: usize = 1;
    pub const RDX: usize = 2;
    pub const RSP: usize = 4;
    pub const R8: usize = 8;
    pub const R10: usize = 10;
    pub const R11: usize = 11;
    pub const R12: usize = 12;
    pub const R13: usize = 13;
}

/// What devices, the TDX module and the hypervisor would answer if asked.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Answers {
    pub apic_fault: bool,
    pub apic_value: u64,
    pub page_refused: bool,
    pub slot_busy: bool,
    /// 100 ns.
    pub reference_time: u64,
    pub hypercall_result: u64,
    pub module_refused: bool,
    pub register_value: u64,
    pub register_value_high: u64,
    pub status: Status,
    pub count: u32,
    pub timeouts: u32,
    pub value: u64,
    pub assist_rax: u64,
    pub assist_rcx: u64,
}

/// Input of a hypercall; name and values also serve host accesses, special requests and new limits.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Input {
    pub unreadable: bool,
    pub target_vtl: u8,
    pub flags: u8,
    pub target_vp: u32,
    pub partition_id: u64,
    pub name: u32,
    pub value: u64,
    pub value_high: u64,
    pub context: Context,
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exit {
    /// A number of `vocabulary::kind`, or one that does not exist.
    pub kind: u32,
    pub vtl: u32,
    pub vp: u32,
    pub argument: u64,
    pub info: [u64; info::COUNT],
    pub gpr: [u64; 16],
    pub rip: u64,
    pub rflags: u64,
    pub cr0: u64,
    pub cr4: u64,
    pub interruptibility: u32,
    pub pending_debug: u64,
    /// ns.
    pub now: u64,
    pub origin: u8,
    pub operation: u8,
    pub answers: Answers,
    pub input: Input,
}

impl Exit {
    pub fn cpl(&self) -> u64 {
        self.info[info::R12] & 3
    }

    pub fn instruction_length(&self) -> u64 {
        self.info[info::R11] >> 32
    }
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Audit {
    pub present: bool,
    pub origin: Origin,
    pub operation: Operation,
    pub vtl: u8,
    pub route: Route,
    pub verdict: Verdict,
    pub reason: Status,
    pub register: u32,
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PostedMessage {
    pub status: MessageStatus,
    pub interrupt: bool,
    pub interrupt_vector: u8,
    pub vp: u32,
    pub contents: Message,
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    pub gpr: [u64; 16],
    pub rip: u64,
    pub pending_debug: u64,
    pub interruptibility: u32,
    pub disposition: Disposition,
    pub error: Status,
    pub event: u32,
    pub event_error_code: u32,
    pub result: u64,
    pub result_high: u64,
    pub request: Request,
    pub request_vtl: u8,
    pub request_index: u32,
    pub request_value: u64,
    pub request_high: u64,
    pub proxy_filter: bool,
    pub crash_notify: bool,
    pub hypercall: u16,
    pub hypercall_vtl: u8,
    pub hypercall_register: u32,
    pub hypercall_value: u64,
    pub log_site: Site,
    pub log_line: Line,
    pub log_msr: u32,
    pub log_value: u64,
    pub log_suppressed: u64,
    pub audit: Audit,
    pub message: PostedMessage,
}

impl Outcome {
    /// Nothing happens: the guest's registers are those of the exit.
    pub fn unchanged(exit: &Exit) -> Self {
        Outcome {
            gpr: exit.gpr,
            rip: exit.rip,
            pending_debug: exit.pending_debug,
            interruptibility: exit.interruptibility,
            ..Outcome::default()
        }
    }
}
