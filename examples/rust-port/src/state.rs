//! Configuration and state of a partition and its VPs, laid out as in vtl_intercept.h, so that the plug-in needs no copies.

use crate::bits::{all, APIC_BASE_BSP, APIC_BASE_EN, APIC_BASE_EXTD, CR0_PG, EFER_LME, EFER_NXE};
use crate::log::{bad_limit, LogWords, VpLog};
use crate::vocabulary::{isolation, vsm, Operation, Origin, Route, Status, Verdict};

/// What is fixed for the life of a partition, but for the limits of the log budget (L15).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    pub la57: bool,
    pub x2apic_capable: bool,
    pub tsc_aux: bool,
    pub untrusted_synic: bool,
    pub xss_supported: u64,
    /// Hz.
    pub tsc_frequency: u64,
    /// A number of `vocabulary::isolation`.
    pub isolation: u8,
    pub vps: u32,
    pub access_vsm: bool,
    pub xcr0_supported: u64,
    pub cr4_allowed: u64,
    pub log_burst: u64,
    /// ns.
    pub log_interval: u64,
    pub log_total_burst: u64,
    /// ns.
    pub log_total_interval: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            la57: false,
            x2apic_capable: true,
            tsc_aux: true,
            untrusted_synic: false,
            xss_supported: 0x1800,
            tsc_frequency: 2_000_000_000,
            isolation: isolation::TDX,
            vps: 1,
            access_vsm: true,
            xcr0_supported: 0x602e7,
            cr4_allowed: 0xb71fff,
            log_burst: 10,
            log_interval: 500_000_000,
            log_total_burst: 64,
            log_total_interval: 100_000_000,
        }
    }
}

impl Config {
    /// Why a partition cannot be set up so, in one line; nothing if it can.
    pub fn error(&self) -> Option<String> {
        let bad = |name: &str, value: u64, least: u64, most: u64| {
            Some(format!("{name} is {value}; it must be from {least} to {most}: set one of these"))
        };
        if self.vps == 0 {
            return bad("vps", 0, 1, u32::MAX.into());
        }
        if self.isolation > isolation::CCA {
            return bad("isolation", self.isolation.into(), 0, isolation::CCA.into());
        }
        bad_limit(self).and_then(|(name, value, least, most)| bad(name, value, least, most))
    }

    /// SNP, TDX and CCA: the hypervisor is not trusted.
    pub fn hardware_isolated(&self) -> bool {
        self.isolation >= isolation::SNP
    }
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Synic {
    pub scontrol: u64,
    pub siefp: u64,
    pub simp: u64,
    pub sint: [u64; 16],
}

impl Default for Synic {
    fn default() -> Self {
        Synic { scontrol: 1, siefp: 0, simp: 0, sint: [0x10000; 16] }
    }
}

/// One VTL's share of the partition-wide registers.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PartitionVtl {
    pub guest_os_id: u64,
    pub hypercall: u64,
    pub reference_tsc: u64,
}

/// VTL1 in the partition as a whole.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vsm {
    /// A number of `vocabulary::vsm`.
    pub guest_vsm: u8,
    pub mbec: bool,
    pub vtl1_on_any_vp: bool,
    pub partition_config: u64,
}

impl Default for Vsm {
    fn default() -> Self {
        Vsm { guest_vsm: vsm::NOT_ENABLED, mbec: false, vtl1_on_any_vp: false, partition_config: 0x1E }
    }
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Segment {
    pub base: u64,
    pub limit: u32,
    pub selector: u16,
    /// Type 3:0, S 4, DPL 6:5, P 7, reserved 11:8, AVL 12, L 13, D/B 14, G 15.
    pub attributes: u16,
}

/// GDTR or IDTR.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Table {
    pub base: u64,
    pub limit: u16,
}

/// HV_INITIAL_VP_CONTEXT.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Context {
    pub rip: u64,
    pub rsp: u64,
    pub rflags: u64,
    pub cs: Segment,
    pub ds: Segment,
    pub es: Segment,
    pub fs: Segment,
    pub gs: Segment,
    pub ss: Segment,
    pub tr: Segment,
    pub ldtr: Segment,
    pub idtr: Table,
    pub gdtr: Table,
    pub efer: u64,
    pub cr0: u64,
    pub cr3: u64,
    pub cr4: u64,
    pub pat: u64,
}

/// What other VPs' exits can write about a VP (P31, P33).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Slot {
    pub enable_called: bool,
    pub started: bool,
    pub enable_pending: bool,
    pub start_pending: bool,
    pub start_vtl1: bool,
    pub enable: Context,
    pub start: Context,
}

impl Slot {
    pub fn reset(vp: u32) -> Self {
        Slot { started: vp == 0, ..Slot::default() }
    }
}

/// Registers of one VTL of one VP.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VtlState {
    pub apic_base: u64,
    pub efer: u64,
    pub ia32e_guest: bool,
    pub pat: u64,
    pub sysenter_cs: u64,
    pub sysenter_esp: u64,
    pub sysenter_eip: u64,
    pub star: u64,
    pub lstar: u64,
    pub cstar: u64,
    pub sfmask: u64,
    pub tsc_aux: u64,
    pub xss: u64,
    pub vp_assist: u64,
    pub synic: Synic,
    pub stimer_config: [u64; 4],
    pub stimer_count: [u64; 4],
    pub crash: [u64; 5],
    pub rip: u64,
    pub rflags: u64,
    pub cr0: u64,
    pub cr4: u64,
    pub rsp: u64,
}

impl VtlState {
    fn reset(vp: u32) -> Self {
        VtlState {
            apic_base: 0xFEE0_0800 | if vp == 0 { APIC_BASE_BSP } else { 0 },
            efer: EFER_NXE,
            ia32e_guest: false,
            pat: 0x0007_0406_0007_0406,
            sysenter_cs: 0,
            sysenter_esp: 0,
            sysenter_eip: 0,
            star: 0,
            lstar: 0,
            cstar: 0,
            sfmask: 0,
            tsc_aux: 0,
            xss: 0,
            vp_assist: 0,
            synic: Synic::default(),
            stimer_config: [0; 4],
            stimer_count: [0; 4],
            crash: [0; 5],
            rip: 0xFFF0,
            rflags: 2,
            cr0: 0x6000_0010,
            cr4: 0,
            rsp: 0,
        }
    }

    pub fn apic_enabled(&self) -> bool {
        all(self.apic_base, APIC_BASE_EN)
    }

    pub fn x2apic(&self) -> bool {
        all(self.apic_base, APIC_BASE_EN | APIC_BASE_EXTD)
    }

    /// LME and PG, which is EFER.LMA wherever it counts (R3).
    pub fn long_mode(&self) -> bool {
        all(self.efer, EFER_LME) && all(self.cr0, CR0_PG)
    }
}

/// Contents of an intercept message (R26, P4).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Message {
    pub kind: u32,
    pub number: u32,
    pub rdx: u64,
    pub rax: u64,
    pub cs_base: u64,
    pub cs_limit: u32,
    pub cs_selector: u16,
    pub cs_attributes: u16,
    pub rip: u64,
    pub rflags: u64,
    pub state: u16,
    pub length: u8,
    pub access: u8,
}

/// Registers of a VP that belong to no single VTL.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VpShared {
    pub vtl1_present: bool,
    pub active_vtl1: bool,
    pub apic_offload: bool,
    pub tlb_locked: bool,
    pub vp_mbec: bool,
    pub intercept_pending: bool,
    pub intercept_control: u64,
    pub cr0_mask: u64,
    pub cr4_mask: u64,
    pub misc_enable_mask: u64,
    pub vina: u64,
    pub xcr0: u64,
    pub pending_event: u64,
    pub pending_event_parameter: u64,
    pub pending: Message,
    pub audit_next: u64,
    pub audit_lost: u64,
    pub audit_count: u32,
    pub untrusted: Synic,
}

impl Default for VpShared {
    fn default() -> Self {
        VpShared {
            vtl1_present: false,
            active_vtl1: false,
            apic_offload: true,
            tlb_locked: false,
            vp_mbec: false,
            intercept_pending: false,
            intercept_control: 0,
            cr0_mask: 0,
            cr4_mask: 0,
            misc_enable_mask: 0,
            vina: 0,
            xcr0: 1,
            pending_event: 0,
            pending_event_parameter: 0,
            pending: Message::default(),
            audit_next: 0,
            audit_lost: 0,
            audit_count: 0,
            untrusted: Synic::default(),
        }
    }
}

/// Which VTL is entered next (P2).
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    Vtl0,
    Vtl1,
    /// Neither: VTL0 would run into its intercept again.
    Hold,
}

impl VpShared {
    pub fn next_entry(&self) -> Entry {
        match (self.active_vtl1, self.intercept_pending) {
            (true, _) => Entry::Vtl1,
            (false, false) => Entry::Vtl0,
            (false, true) => Entry::Hold,
        }
    }
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VpState {
    pub vp: VpShared,
    pub vtl: [VtlState; 2],
}

impl VpState {
    pub fn reset(vp: u32) -> Self {
        VpState { vp: VpShared::default(), vtl: [VtlState::reset(vp); 2] }
    }
}

/// What a VTL's VMCS holds besides the MSR bitmap (P7).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Controls {
    pub cr0_guest_host_mask: u64,
    pub cr4_guest_host_mask: u64,
    pub cr0_read_shadow: u64,
    pub cr4_read_shadow: u64,
    pub descriptor_table_exiting: bool,
}

pub const AUDIT_RECORDS: usize = 64;

/// One audit record (P35). Never holds a value.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AuditRecord {
    pub sequence: u64,
    /// ns.
    pub time: u64,
    pub vp: u32,
    pub register: u32,
    pub reason: Status,
    pub origin: Origin,
    pub operation: Operation,
    pub vtl: u8,
    pub route: Route,
    pub verdict: Verdict,
}

pub type AuditRing = [AuditRecord; AUDIT_RECORDS];

/// What the VPs of a partition share, wherever it is kept.
pub struct Shared<'a> {
    pub config: &'a mut Config,
    pub vtl: &'a mut [PartitionVtl; 2],
    pub vsm: &'a mut Vsm,
    pub slots: &'a mut [Slot],
    pub logs: &'a mut [VpLog],
    pub log: &'a mut LogWords,
}

/// A partition and its VPs as the process form keeps them.
pub struct Partition {
    pub config: Config,
    pub vtl: [PartitionVtl; 2],
    pub vsm: Vsm,
    pub slots: Vec<Slot>,
    pub logs: Vec<VpLog>,
    pub log: LogWords,
    pub vps: Vec<Vp>,
}

pub struct Vp {
    pub state: VpState,
    pub audit: AuditRing,
}

impl Partition {
    /// A partition at reset (R33).
    pub fn reset(config: Config) -> Self {
        Partition {
            config,
            vtl: Default::default(),
            vsm: Vsm::default(),
            slots: (0..config.vps).map(Slot::reset).collect(),
            logs: (0..config.vps).map(|_| VpLog::default()).collect(),
            log: LogWords::default(),
            vps: (0..config.vps).map(Vp::reset).collect(),
        }
    }
}

impl Vp {
    fn reset(vp: u32) -> Self {
        Vp { state: VpState::reset(vp), audit: [AuditRecord::default(); AUDIT_RECORDS] }
    }
}
