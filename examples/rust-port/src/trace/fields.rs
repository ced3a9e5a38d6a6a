//! The fields of the format by name: where each is kept, and how its value is written.

use crate::exit::{info, Exit};
use crate::state::{Config, Context, Message, PartitionVtl, Slot, Synic, VpShared, Vsm, VtlState};
use crate::vocabulary::{ACCESS_WORDS, ISOLATION_WORDS, KIND_WORDS, VSM_WORDS};

type Words = &'static [&'static str];

/// A place that a value goes to.
pub enum Place<'a> {
    Truth(&'a mut bool),
    Byte(&'a mut u8),
    Word(&'a mut u8, Words),
    Short(&'a mut u16),
    Int(&'a mut u32),
    Kind(&'a mut u32),
    Register(&'a mut u32),
    Long(&'a mut u64),
    Time(&'a mut u64),
    /// A part of a word: what is stored is the value shifted, the rest 0. Bits, shift.
    Part(&'a mut u64, u32, u32),
    Segment(&'a mut crate::state::Segment),
}

use Place::{Byte, Int, Kind, Long, Part, Register, Segment, Short, Time, Truth, Word};

/// A function that finds a field by name, and the list of the names that it knows.
macro_rules! fields {
    ($find:ident, $names:ident, $target:ident: $type:ty { $($name:literal => $place:expr,)* }) => {
        const $names: &[&str] = &[$($name),*];

        fn $find<'a>($target: &'a mut $type, name: &str) -> Option<Place<'a>> {
            Some(match name {
                $($name => $place,)*
                _ => return None,
            })
        }
    };
}

pub const GPR_NAMES: [&str; 16] =
    ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];
const INFO_NAMES: [&str; 11] = ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13"];

pub fn parse_number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let plain = digits.bytes().next().map_or(false, |first| first.is_ascii_alphanumeric());
    plain.then(|| u64::from_str_radix(digits, radix).ok()).flatten()
}

/// ns of a time like `1.5s`, `20ms` or, without a unit, a number of ns.
pub fn parse_time(text: &str) -> Option<u64> {
    let units = [("ns", 0), ("us", 3), ("ms", 6), ("s", 9)];
    let unit = units.iter().find_map(|(unit, places)| Some((text.strip_suffix(unit)?, *places)));
    let (number, places) = match unit {
        Some(found) => found,
        None => return parse_number(text),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let decimal = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !decimal(whole) || !decimal(fraction) || fraction.len() > usize::max(places, 1) {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(10u64.pow(places as u32))?;
    let scale = 10u64.pow((places.max(1) - fraction.len()) as u32);
    let fraction = fraction.parse::<u64>().ok()? * scale;
    whole.checked_add(if places == 0 { 0 } else { fraction })
}

pub fn parse_word(text: &str, words: Words) -> Option<u64> {
    match words.iter().position(|word| *word == text) {
        Some(at) => Some(at as u64),
        None => parse_number(text),
    }
}

pub fn parse_register(text: &str) -> Option<u64> {
    crate::rows::register_code(text).map(u64::from).or_else(|| parse_number(text))
}

fn fit<T: TryFrom<u64>>(place: &mut T, value: Option<u64>) -> Option<()> {
    *place = T::try_from(value?).ok()?;
    Some(())
}

impl Place<'_> {
    /// Stores a value as it is written; nothing if it is none of the field's.
    pub fn store(self, text: &str) -> Option<()> {
        match self {
            Truth(place) => {
                *place = match text {
                    "yes" => true,
                    "no" => false,
                    _ => return None,
                };
                Some(())
            }
            Byte(place) => fit(place, parse_number(text)),
            Word(place, words) => fit(place, parse_word(text, words)),
            Short(place) => fit(place, parse_number(text)),
            Int(place) => fit(place, parse_number(text)),
            Kind(place) => fit(place, parse_word(text, KIND_WORDS)),
            Register(place) => fit(place, parse_register(text)),
            Long(place) => fit(place, parse_number(text)),
            Time(place) => fit(place, parse_time(text)),
            Part(place, bits, shift) => {
                let value = parse_number(text)?;
                *place = value << shift;
                (value >> bits == 0).then_some(())
            }
            Segment(segment) => {
                let value = parse_number(text)?;
                segment.limit = value as u32;
                segment.selector = (value >> 32) as u16;
                segment.attributes = (value >> 48) as u16;
                Some(())
            }
        }
    }
}

impl Place<'_> {
    /// What is stored, as a number.
    pub fn value(&self) -> u64 {
        match self {
            Truth(place) => u64::from(**place),
            Byte(place) | Word(place, _) => u64::from(**place),
            Short(place) => u64::from(**place),
            Int(place) | Kind(place) | Register(place) => u64::from(**place),
            Long(place) | Time(place) => **place,
            Part(place, _, shift) => **place >> shift,
            Segment(segment) => {
                u64::from(segment.limit) | u64::from(segment.selector) << 32 | u64::from(segment.attributes) << 48
            }
        }
    }

    /// The value as it is written.
    pub fn text(&self) -> String {
        let value = self.value();
        match self {
            Truth(_) => if value == 0 { "no" } else { "yes" }.into(),
            Word(_, words) => words.get(value as usize).map_or_else(|| value.to_string(), |word| word.to_string()),
            _ => format!("{value:#x}"),
        }
    }
}

/// `prefix` and a number below `count`.
fn numbered(name: &str, prefix: &str, count: usize) -> Option<usize> {
    let digits = name.strip_prefix(prefix)?;
    let at = digits.parse().ok()?;
    (at < count && !(digits.len() > 1 && digits.starts_with('0'))).then_some(at)
}

fn numbers(prefix: &str, count: usize, suffix: &str) -> Vec<String> {
    (0..count).map(|at| format!("{prefix}{at}{suffix}")).collect()
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| name.to_string()).collect()
}

fn within(scope: &str, names: Vec<String>) -> Vec<String> {
    names.iter().map(|name| format!("{scope}.{name}")).collect()
}

pub fn config<'a>(config: &'a mut Config, name: &str) -> Option<Place<'a>> {
    Some(match name {
        "vps" => Int(&mut config.vps),
        "la57" => Truth(&mut config.la57),
        "x2apic_capable" => Truth(&mut config.x2apic_capable),
        "tsc_aux" => Truth(&mut config.tsc_aux),
        "untrusted_synic" => Truth(&mut config.untrusted_synic),
        "xss_supported" => Long(&mut config.xss_supported),
        "tsc_frequency" => Long(&mut config.tsc_frequency),
        "isolation" => Word(&mut config.isolation, ISOLATION_WORDS),
        "access_vsm" => Truth(&mut config.access_vsm),
        "xcr0_supported" => Long(&mut config.xcr0_supported),
        "cr4_allowed" => Long(&mut config.cr4_allowed),
        "log_burst" => Long(&mut config.log_burst),
        "log_interval" => Time(&mut config.log_interval),
        "log_total_burst" => Long(&mut config.log_total_burst),
        "log_total_interval" => Time(&mut config.log_total_interval),
        _ => return None,
    })
}

fields!(find_vsm, VSM_NAMES, vsm: Vsm {
    "guest_vsm" => Word(&mut vsm.guest_vsm, VSM_WORDS),
    "vtl1_on_any_vp" => Truth(&mut vsm.vtl1_on_any_vp),
    "mbec" => Truth(&mut vsm.mbec),
    "partition_config" => Long(&mut vsm.partition_config),
});

fields!(find_partition_vtl, PARTITION_VTL_NAMES, vtl: PartitionVtl {
    "guest_os_id" => Long(&mut vtl.guest_os_id),
    "hypercall" => Long(&mut vtl.hypercall),
    "reference_tsc" => Long(&mut vtl.reference_tsc),
});

fields!(find_message, MESSAGE_NAMES, message: Message {
    "type" => Int(&mut message.kind),
    "cs_limit" => Int(&mut message.cs_limit),
    "number" => Int(&mut message.number),
    "length" => Byte(&mut message.length),
    "access" => Byte(&mut message.access),
    "state" => Short(&mut message.state),
    "cs_selector" => Short(&mut message.cs_selector),
    "cs_attributes" => Short(&mut message.cs_attributes),
    "cs_base" => Long(&mut message.cs_base),
    "rip" => Long(&mut message.rip),
    "rflags" => Long(&mut message.rflags),
    "rdx" => Long(&mut message.rdx),
    "rax" => Long(&mut message.rax),
});

fields!(find_synic, SYNIC_NAMES, synic: Synic {
    "scontrol" => Long(&mut synic.scontrol),
    "siefp" => Long(&mut synic.siefp),
    "simp" => Long(&mut synic.simp),
});

fields!(find_vp, VP_NAMES, vp: VpShared {
    "vtl1_present" => Truth(&mut vp.vtl1_present),
    "intercept_pending" => Truth(&mut vp.intercept_pending),
    "active_vtl1" => Truth(&mut vp.active_vtl1),
    "tlb_locked" => Truth(&mut vp.tlb_locked),
    "vp_mbec" => Truth(&mut vp.vp_mbec),
    "apic_offload" => Truth(&mut vp.apic_offload),
    "intercept_control" => Long(&mut vp.intercept_control),
    "cr0_mask" => Long(&mut vp.cr0_mask),
    "cr4_mask" => Long(&mut vp.cr4_mask),
    "misc_enable_mask" => Long(&mut vp.misc_enable_mask),
    "vina" => Long(&mut vp.vina),
    "pending_event" => Long(&mut vp.pending_event),
    "pending_event_parameter" => Long(&mut vp.pending_event_parameter),
    "xcr0" => Long(&mut vp.xcr0),
    "audit_next" => Long(&mut vp.audit_next),
    "audit_lost" => Long(&mut vp.audit_lost),
    "audit_count" => Int(&mut vp.audit_count),
});

fields!(find_slot, SLOT_NAMES, slot: Slot {
    "started" => Truth(&mut slot.started),
    "enable_called" => Truth(&mut slot.enable_called),
    "enable_pending" => Truth(&mut slot.enable_pending),
    "start_pending" => Truth(&mut slot.start_pending),
    "start_vtl1" => Truth(&mut slot.start_vtl1),
});

fields!(find_context, CONTEXT_NAMES, context: Context {
    "rip" => Long(&mut context.rip),
    "rsp" => Long(&mut context.rsp),
    "rflags" => Long(&mut context.rflags),
    "efer" => Long(&mut context.efer),
    "cr0" => Long(&mut context.cr0),
    "cr3" => Long(&mut context.cr3),
    "cr4" => Long(&mut context.cr4),
    "pat" => Long(&mut context.pat),
    "cs" => Segment(&mut context.cs),
    "ds" => Segment(&mut context.ds),
    "es" => Segment(&mut context.es),
    "fs" => Segment(&mut context.fs),
    "gs" => Segment(&mut context.gs),
    "ss" => Segment(&mut context.ss),
    "tr" => Segment(&mut context.tr),
    "ldtr" => Segment(&mut context.ldtr),
    "cs_base" => Long(&mut context.cs.base),
    "ds_base" => Long(&mut context.ds.base),
    "es_base" => Long(&mut context.es.base),
    "fs_base" => Long(&mut context.fs.base),
    "gs_base" => Long(&mut context.gs.base),
    "ss_base" => Long(&mut context.ss.base),
    "tr_base" => Long(&mut context.tr.base),
    "ldtr_base" => Long(&mut context.ldtr.base),
    "idtr_base" => Long(&mut context.idtr.base),
    "gdtr_base" => Long(&mut context.gdtr.base),
    "idtr_limit" => Short(&mut context.idtr.limit),
    "gdtr_limit" => Short(&mut context.gdtr.limit),
});

fields!(find_vtl, VTL_NAMES, vtl: VtlState {
    "apic_base" => Long(&mut vtl.apic_base),
    "efer" => Long(&mut vtl.efer),
    "ia32e_guest" => Truth(&mut vtl.ia32e_guest),
    "rip" => Long(&mut vtl.rip),
    "rflags" => Long(&mut vtl.rflags),
    "rsp" => Long(&mut vtl.rsp),
    "cr0" => Long(&mut vtl.cr0),
    "cr4" => Long(&mut vtl.cr4),
    "pat" => Long(&mut vtl.pat),
    "sysenter_cs" => Long(&mut vtl.sysenter_cs),
    "sysenter_esp" => Long(&mut vtl.sysenter_esp),
    "sysenter_eip" => Long(&mut vtl.sysenter_eip),
    "star" => Long(&mut vtl.star),
    "lstar" => Long(&mut vtl.lstar),
    "cstar" => Long(&mut vtl.cstar),
    "sfmask" => Long(&mut vtl.sfmask),
    "tsc_aux" => Long(&mut vtl.tsc_aux),
    "xss" => Long(&mut vtl.xss),
    "vp_assist" => Long(&mut vtl.vp_assist),
    "stimer0_config" => Long(&mut vtl.stimer_config[0]),
    "stimer1_config" => Long(&mut vtl.stimer_config[1]),
    "stimer2_config" => Long(&mut vtl.stimer_config[2]),
    "stimer3_config" => Long(&mut vtl.stimer_config[3]),
    "stimer0_count" => Long(&mut vtl.stimer_count[0]),
    "stimer1_count" => Long(&mut vtl.stimer_count[1]),
    "stimer2_count" => Long(&mut vtl.stimer_count[2]),
    "stimer3_count" => Long(&mut vtl.stimer_count[3]),
    "crash_p0" => Long(&mut vtl.crash[0]),
    "crash_p1" => Long(&mut vtl.crash[1]),
    "crash_p2" => Long(&mut vtl.crash[2]),
    "crash_p3" => Long(&mut vtl.crash[3]),
    "crash_p4" => Long(&mut vtl.crash[4]),
});

fn synic<'a>(synic: &'a mut Synic, name: &str) -> Option<Place<'a>> {
    match numbered(name, "sint", 16) {
        Some(at) => Some(Long(&mut synic.sint[at])),
        None => find_synic(synic, name),
    }
}

fn synic_names() -> Vec<String> {
    [list(SYNIC_NAMES), numbers("sint", 16, "")].concat()
}

/// The fields of a scope of `start`.
pub struct Scope<T: 'static> {
    pub find: for<'a> fn(&'a mut T, &str) -> Option<Place<'a>>,
    pub names: fn() -> Vec<String>,
}

pub const PARTITION: Scope<Vsm> = Scope { find: find_vsm, names: || list(VSM_NAMES) };

pub const PARTITION_VTL: Scope<PartitionVtl> = Scope { find: find_partition_vtl, names: || list(PARTITION_VTL_NAMES) };

pub const VP: Scope<VpShared> = Scope {
    find: |vp, name| match name.split_once('.') {
        Some(("pending", inner)) => find_message(&mut vp.pending, inner),
        Some(("untrusted", inner)) => synic(&mut vp.untrusted, inner),
        _ => find_vp(vp, name),
    },
    names: || [list(VP_NAMES), within("pending", list(MESSAGE_NAMES)), within("untrusted", synic_names())].concat(),
};

pub const SLOT: Scope<Slot> = Scope {
    find: |slot, name| match name.split_once('.') {
        Some(("enable", inner)) => find_context(&mut slot.enable, inner),
        Some(("start", inner)) => find_context(&mut slot.start, inner),
        _ => find_slot(slot, name),
    },
    names: || {
        let context = || list(CONTEXT_NAMES);
        [list(SLOT_NAMES), within("enable", context()), within("start", context())].concat()
    },
};

pub const VTL: Scope<VtlState> = Scope {
    find: |vtl, name| {
        if VTL_NAMES.contains(&name) {
            find_vtl(vtl, name)
        } else {
            synic(&mut vtl.synic, name)
        }
    },
    names: || [list(VTL_NAMES), synic_names()].concat(),
};

pub fn exit<'a>(exit: &'a mut Exit, name: &str) -> Option<Place<'a>> {
    if let Some((scope, inner)) = name.split_once('.') {
        return match scope {
            "info" => {
                let at = INFO_NAMES.iter().position(|name| *name == inner)?;
                Some(Long(&mut exit.info[at]))
            }
            "context" => find_context(&mut exit.input.context, inner),
            _ => None,
        };
    }
    if let Some(at) = GPR_NAMES.iter().position(|register| *register == name) {
        return Some(Long(&mut exit.gpr[at]));
    }
    let Exit { answers, input, .. } = exit;
    Some(match name {
        "t" | "now" => Time(&mut exit.now),
        "length" => Part(&mut exit.info[info::R11], 32, 32),
        "cpl" => Part(&mut exit.info[info::R12], 2, 0),
        "kind" => Kind(&mut exit.kind),
        "argument" => Long(&mut exit.argument),
        "rip" => Long(&mut exit.rip),
        "rflags" => Long(&mut exit.rflags),
        "cr0" => Long(&mut exit.cr0),
        "cr4" => Long(&mut exit.cr4),
        "interruptibility" => Int(&mut exit.interruptibility),
        "pending_debug" => Long(&mut exit.pending_debug),
        "origin" => Word(&mut exit.origin, crate::vocabulary::Origin::WORDS),
        "operation" => Word(&mut exit.operation, ACCESS_WORDS),
        "apic_fault" => Truth(&mut answers.apic_fault),
        "apic_value" => Long(&mut answers.apic_value),
        "page_refused" => Truth(&mut answers.page_refused),
        "slot_busy" => Truth(&mut answers.slot_busy),
        "reference_time" => Long(&mut answers.reference_time),
        "hypercall_result" => Long(&mut answers.hypercall_result),
        "module_refused" => Truth(&mut answers.module_refused),
        "register_value" => Long(&mut answers.register_value),
        "register_value_high" => Long(&mut answers.register_value_high),
        "assist_rax" => Long(&mut answers.assist_rax),
        "assist_rcx" => Long(&mut answers.assist_rcx),
        "answer_status" => Short(&mut answers.status),
        "answer_count" => Int(&mut answers.count),
        "answer_timeouts" => Int(&mut answers.timeouts),
        "answer_value" => Long(&mut answers.value),
        "input_unreadable" => Truth(&mut input.unreadable),
        "target_vtl" => Byte(&mut input.target_vtl),
        "flags" => Byte(&mut input.flags),
        "target_vp" => Int(&mut input.target_vp),
        "partition_id" => Long(&mut input.partition_id),
        "name" => Register(&mut input.name),
        "value" => Long(&mut input.value),
        "value_high" => Long(&mut input.value_high),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times() {
        assert_eq!(parse_number("0x1F"), Some(31));
        assert_eq!(parse_number("010"), Some(10));
        assert!(["", "+1", "0x", "1_0", "-1", "18446744073709551616"].iter().all(|bad| parse_number(bad).is_none()));
        assert_eq!(parse_time("1.5s"), Some(1_500_000_000));
        assert_eq!(parse_time("20ms"), Some(20_000_000));
        assert_eq!(parse_time("7ns"), Some(7));
        assert_eq!(parse_time("7"), Some(7));
        assert!(["1.5", "1.ns", ".5s", "1.0000000001s"].iter().all(|bad| parse_time(bad).is_none()));
    }
}
