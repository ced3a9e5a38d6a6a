//! The words and numbers of the specification: enumerations with the words of the trace format, HV_STATUS, names.

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $first:ident = $first_word:literal $(, $variant:ident = $word:literal)* $(,)? }) => {
        $(#[$doc])*
        #[repr(u8)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name {
            $first,
            $($variant),*
        }

        impl $name {
            /// By number.
            pub const WORDS: &'static [&'static str] = &[$first_word $(, $word)*];
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$first
            }
        }
    };
}

vocabulary!(Disposition {
    Done = "done",
    Gp = "gp",
    Ud = "ud",
    Intercepted = "intercepted",
    InternalError = "internal-error",
    NotEntered = "not-entered",
    HostRouted = "host-routed",
    NotHandled = "not-handled",
    Accepted = "accepted",
    Refused = "refused",
    Continued = "continued",
    Emulate = "emulate",
});

vocabulary!(
    /// What a device, the TDX module or guest memory is asked.
    Request {
        None = "none",
        ApicRead = "apic-read",
        ApicWrite = "apic-write",
        ApicReset = "apic-reset",
        PageMap = "page-map",
        PageUnmap = "page-unmap",
        PageLock = "page-lock",
        PageUnlock = "page-unlock",
        Idle = "idle",
        ReferenceTime = "reference-time",
        VendorCall = "vendor-call",
        RegisterRead = "register-read",
        RegisterWrite = "register-write",
        DefaultProtection = "default-protection",
        Wake = "wake",
        LoadContext = "load-context",
        EntryReason = "entry-reason",
        StartupIpi = "startup-ipi",
    }
);

vocabulary!(MessageStatus { None = "none", Posted = "posted", Pending = "pending" });

vocabulary!(
    /// Where a warning comes from.
    Site {
        None = "none",
        UnknownRead = "unknown-read",
        UnknownWrite = "unknown-write",
        ProtectedWrite = "protected-write",
        Crash = "crash",
        TdvmcallRead = "tdvmcall-read",
        TdvmcallWrite = "tdvmcall-write",
        TdvmcallFunction = "tdvmcall-function",
        HypercallCode = "hypercall-code",
        VtlSwitch = "vtl-switch",
        ProtectedRegister = "protected-register",
    }
);

vocabulary!(Line { None = "none", Warning = "warning", Summary = "summary" });

vocabulary!(Origin { Vtl0 = "vtl0", Vtl1 = "vtl1", Kernel = "kernel", Paravisor = "paravisor" });

vocabulary!(
    /// What an audit record is about.
    Operation {
        InternalError = "internal-error",
        Get = "get",
        Set = "set",
        EnablePartitionVtl = "enable-partition-vtl",
        EnableVpVtl = "enable-vp-vtl",
        StartVp = "start-vp",
        StartupIpi = "startup-ipi",
        SpecialGet = "special-get",
        SpecialSet = "special-set",
    }
);

vocabulary!(
    /// How a register was reached (P36, P39).
    Route {
        None = "none",
        SharedPage = "shared-page",
        RegisterPage = "register-page",
        KernelIoctl = "kernel-ioctl",
        TdxModule = "tdx-module",
        Vmsa = "vmsa",
        Hypercall = "hypercall",
        Emulation = "emulation",
    }
);

vocabulary!(Verdict { None = "none", Granted = "granted", Refused = "refused", Failed = "failed" });

/// Words of fields that arrive as numbers, which may be out of range.
pub const KIND_WORDS: &[&str] = &[
    "l2-exit",
    "load-context",
    "set-apic-offload",
    "deliver-message",
    "preempt",
    "startup-ipi",
    "revoke-vsm",
    "host-access",
    "special-request",
    "drain-audit",
    "log-flush",
    "log-limits",
];
pub const ISOLATION_WORDS: &[&str] = &["none", "vbs", "snp", "tdx", "cca"];
pub const VSM_WORDS: &[&str] = &["not-enabled", "enabled", "unsupported"];
pub const ACCESS_WORDS: &[&str] = &["get", "set"];

pub mod kind {
    pub const L2_EXIT: u32 = 0;
    pub const LOAD_CONTEXT: u32 = 1;
    pub const SET_APIC_OFFLOAD: u32 = 2;
    pub const DELIVER_MESSAGE: u32 = 3;
    pub const PREEMPT: u32 = 4;
    pub const STARTUP_IPI: u32 = 5;
    pub const REVOKE_VSM: u32 = 6;
    pub const HOST_ACCESS: u32 = 7;
    pub const SPECIAL_REQUEST: u32 = 8;
    pub const DRAIN_AUDIT: u32 = 9;
    pub const LOG_FLUSH: u32 = 10;
    pub const LOG_LIMITS: u32 = 11;
}

pub mod isolation {
    pub const NONE: u8 = 0;
    pub const VBS: u8 = 1;
    pub const SNP: u8 = 2;
    pub const TDX: u8 = 3;
    pub const CCA: u8 = 4;
}

pub mod vsm {
    pub const NOT_ENABLED: u8 = 0;
    pub const ENABLED: u8 = 1;
    pub const UNSUPPORTED: u8 = 2;
}

/// HV_STATUS.
pub type Status = u16;

pub mod status {
    use super::Status;
    pub const SUCCESS: Status = 0;
    pub const INVALID_HYPERCALL_CODE: Status = 2;
    pub const INVALID_HYPERCALL_INPUT: Status = 3;
    pub const INVALID_ALIGNMENT: Status = 4;
    pub const INVALID_PARAMETER: Status = 5;
    pub const ACCESS_DENIED: Status = 6;
    pub const OPERATION_DENIED: Status = 8;
    pub const INVALID_PARTITION_ID: Status = 0xD;
    pub const INVALID_VP_INDEX: Status = 0xE;
    pub const INVALID_VP_STATE: Status = 0x15;
    pub const OBJECT_IN_USE: Status = 0x19;
    pub const FEATURE_UNAVAILABLE: Status = 0x1E;
    pub const INVALID_REGISTER_VALUE: Status = 0x50;
    pub const INVALID_VTL_STATE: Status = 0x51;
    pub const OPERATION_FAILED: Status = 0x71;
    pub const TIMEOUT: Status = 0x78;
    pub const VTL_ALREADY_ENABLED: Status = 0x86;
}

pub mod msr {
    pub const SYSENTER_CS: u32 = 0x174;
    pub const SYSENTER_ESP: u32 = 0x175;
    pub const SYSENTER_EIP: u32 = 0x176;
    pub const APIC_BASE: u32 = 0x1B;
    pub const BIOS_SIGN_ID: u32 = 0x8B;
    pub const MCG_STATUS: u32 = 0x17A;
    pub const PAT: u32 = 0x277;
    pub const X2APIC_FIRST: u32 = 0x800;
    pub const X2APIC_LAST: u32 = 0x8FF;
    pub const XSS: u32 = 0xDA0;
    pub const GUEST_OS_ID: u32 = 0x4000_0000;
    pub const HYPERCALL: u32 = 0x4000_0001;
    pub const VP_INDEX: u32 = 0x4000_0002;
    pub const TIME_REF_COUNT: u32 = 0x4000_0020;
    pub const REFERENCE_TSC: u32 = 0x4000_0021;
    pub const TSC_FREQUENCY: u32 = 0x4000_0022;
    pub const APIC_FREQUENCY: u32 = 0x4000_0023;
    pub const EOI: u32 = 0x4000_0070;
    pub const ICR: u32 = 0x4000_0071;
    pub const TPR: u32 = 0x4000_0072;
    pub const VP_ASSIST_PAGE: u32 = 0x4000_0073;
    pub const SCONTROL: u32 = 0x4000_0080;
    pub const SVERSION: u32 = 0x4000_0081;
    pub const SIEFP: u32 = 0x4000_0082;
    pub const SIMP: u32 = 0x4000_0083;
    pub const EOM: u32 = 0x4000_0084;
    pub const SINT0: u32 = 0x4000_0090;
    pub const SINT15: u32 = 0x4000_009F;
    pub const STIMER0_CONFIG: u32 = 0x4000_00B0;
    pub const STIMER3_COUNT: u32 = 0x4000_00B7;
    pub const GUEST_IDLE: u32 = 0x4000_00F0;
    pub const CRASH_P0: u32 = 0x4000_0100;
    pub const CRASH_P4: u32 = 0x4000_0104;
    pub const CRASH_CTL: u32 = 0x4000_0105;
    pub const EFER: u32 = 0xC000_0080;
    pub const STAR: u32 = 0xC000_0081;
    pub const LSTAR: u32 = 0xC000_0082;
    pub const CSTAR: u32 = 0xC000_0083;
    pub const SFMASK: u32 = 0xC000_0084;
    pub const TSC_AUX: u32 = 0xC000_0103;
}

/// Register names (HV_X64_REGISTER_*) that have a treatment of their own.
pub mod name {
    pub const PENDING_EVENT0: u32 = 0x10004;
    pub const RAX: u32 = 0x20000;
    pub const RSP: u32 = 0x20004;
    pub const R15: u32 = 0x2000F;
    pub const RIP: u32 = 0x20010;
    pub const RFLAGS: u32 = 0x20011;
    pub const CR0: u32 = 0x40000;
    pub const CR2: u32 = 0x40001;
    pub const CR3: u32 = 0x40002;
    pub const CR4: u32 = 0x40003;
    pub const CR8: u32 = 0x40004;
    pub const XFEM: u32 = 0x40005;
    pub const DR3: u32 = 0x50003;
    pub const DR7: u32 = 0x50005;
    pub const LDTR: u32 = 0x60006;
    pub const TR: u32 = 0x60007;
    pub const IDTR: u32 = 0x70000;
    pub const GDTR: u32 = 0x70001;
    pub const EFER: u32 = 0x80001;
    pub const APIC_BASE: u32 = 0x80003;
    pub const PAT: u32 = 0x80004;
    pub const SYSENTER_CS: u32 = 0x80005;
    pub const SYSENTER_EIP: u32 = 0x80006;
    pub const SYSENTER_ESP: u32 = 0x80007;
    pub const STAR: u32 = 0x80008;
    pub const LSTAR: u32 = 0x80009;
    pub const CSTAR: u32 = 0x8000A;
    pub const SFMASK: u32 = 0x8000B;
    pub const TSC_AUX: u32 = 0x8007B;
    pub const XSS: u32 = 0x8008B;
    pub const S_CET: u32 = 0x8008D;
    pub const PL0_SSP: u32 = 0x8008F;
    pub const PL3_SSP: u32 = 0x80092;
    pub const INTERRUPT_SSP_TABLE_ADDR: u32 = 0x80093;
    pub const TIME_REF_COUNT: u32 = 0x90004;
    pub const VP_ASSIST_PAGE: u32 = 0x90013;
    pub const PM_TIMER_ASSIST: u32 = 0x90032;
    pub const SINT0: u32 = 0xA0000;
    pub const SINT15: u32 = 0xA000F;
    pub const SCONTROL: u32 = 0xA0010;
    pub const SVERSION: u32 = 0xA0011;
    pub const SIFP: u32 = 0xA0012;
    pub const SIPP: u32 = 0xA0013;
    pub const EOM: u32 = 0xA0014;
    pub const STIMER0_CONFIG: u32 = 0xB0000;
    pub const STIMER3_COUNT: u32 = 0xB0007;
    pub const VSM_CODE_PAGE_OFFSETS: u32 = 0xD0002;
    pub const VSM_VP_STATUS: u32 = 0xD0003;
    pub const VSM_PARTITION_STATUS: u32 = 0xD0004;
    pub const VSM_VINA: u32 = 0xD0005;
    pub const VSM_CAPABILITIES: u32 = 0xD0006;
    pub const VSM_PARTITION_CONFIG: u32 = 0xD0007;
    pub const GUEST_VSM_PARTITION_CONFIG: u32 = 0xD0008;
    pub const VSM_VP_SECURE_CONFIG_VTL0: u32 = 0xD0010;
    pub const CR_INTERCEPT_CONTROL: u32 = 0xE0000;
    pub const CR_INTERCEPT_CR0_MASK: u32 = 0xE0001;
    pub const CR_INTERCEPT_CR4_MASK: u32 = 0xE0002;
    pub const CR_INTERCEPT_MISC_ENABLE_MASK: u32 = 0xE0003;
}
