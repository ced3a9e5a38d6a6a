//! Outcomes as the format writes them: the disposition, and every field that is not as if nothing had happened. And states: what
//! is not as at reset.

use super::fields::{Scope, GPR_NAMES, PARTITION, PARTITION_VTL, SLOT, VP, VTL};
use crate::exit::{Exit, Outcome};
use crate::state::{Partition, PartitionVtl, Slot, VpShared, VpState, Vsm, VtlState};
use crate::vocabulary::{Disposition, Line, MessageStatus, Operation, Origin, Request, Route, Site, Verdict};
use std::fmt::Write;

struct Fields<'a>(&'a mut String);

impl Fields<'_> {
    fn name(&mut self, name: &str) {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push('=');
    }

    fn number(&mut self, name: &str, value: impl Into<u64>) {
        self.changed(name, value.into(), 0);
    }

    fn changed(&mut self, name: &str, value: u64, default: u64) {
        if value != default {
            self.name(name);
            number(self.0, value);
        }
    }

    fn truth(&mut self, name: &str, value: bool) {
        if value {
            self.name(name);
            self.0.push_str("yes");
        }
    }

    fn word(&mut self, name: &str, number: u8, words: &[&str]) {
        if number != 0 {
            self.name(name);
            self.0.push_str(words[usize::from(number)]);
        }
    }
}

fn number(text: &mut String, value: u64) {
    // Writing to a String cannot fail.
    let _ = if value < 10 { write!(text, "{value}") } else { write!(text, "{value:#x}") };
}

/// Appends an outcome without `->`.
pub fn write_outcome(text: &mut String, exit: &Exit, outcome: &Outcome) {
    text.push_str(Disposition::WORDS[outcome.disposition as usize]);
    let mut fields = Fields(text);
    fields.number("error", outcome.error);
    for (at, name) in GPR_NAMES.iter().enumerate() {
        fields.changed(name, outcome.gpr[at], exit.gpr[at]);
    }
    fields.changed("rip", outcome.rip, exit.rip);
    fields.changed("interruptibility", outcome.interruptibility.into(), exit.interruptibility.into());
    fields.changed("pending_debug", outcome.pending_debug, exit.pending_debug);
    fields.number("event", outcome.event);
    fields.number("event_error_code", outcome.event_error_code);
    fields.word("request", outcome.request as u8, Request::WORDS);
    fields.number("request_index", outcome.request_index);
    fields.number("request_value", outcome.request_value);
    fields.number("request_high", outcome.request_high);
    fields.number("request_vtl", outcome.request_vtl);
    fields.truth("proxy_filter", outcome.proxy_filter);
    fields.truth("crash_notify", outcome.crash_notify);
    fields.number("result", outcome.result);
    fields.number("result_high", outcome.result_high);
    fields.number("hypercall", outcome.hypercall);
    fields.number("hypercall_vtl", outcome.hypercall_vtl);
    fields.number("hypercall_register", outcome.hypercall_register);
    fields.number("hypercall_value", outcome.hypercall_value);
    write_message(&mut fields, outcome);
    fields.word("log_site", outcome.log_site as u8, Site::WORDS);
    fields.number("log_msr", outcome.log_msr);
    fields.number("log_value", outcome.log_value);
    fields.word("log_line", outcome.log_line as u8, Line::WORDS);
    fields.number("log_suppressed", outcome.log_suppressed);
    write_audit(&mut fields, outcome);
}

fn write_message(fields: &mut Fields, outcome: &Outcome) {
    let message = &outcome.message;
    let contents = &message.contents;
    fields.word("message", message.status as u8, MessageStatus::WORDS);
    fields.truth("interrupt", message.interrupt);
    fields.number("interrupt_vector", message.interrupt_vector);
    fields.number("message_vp", message.vp);
    fields.number("message_type", contents.kind);
    fields.number("message_number", contents.number);
    fields.number("message_rdx", contents.rdx);
    fields.number("message_rax", contents.rax);
    fields.number("message_cs_base", contents.cs_base);
    fields.number("message_cs_limit", contents.cs_limit);
    fields.number("message_cs_selector", contents.cs_selector);
    fields.number("message_cs_attributes", contents.cs_attributes);
    fields.number("message_rip", contents.rip);
    fields.number("message_rflags", contents.rflags);
    fields.number("message_state", contents.state);
    fields.number("message_length", contents.length);
    fields.number("message_access", contents.access);
}

fn write_audit(fields: &mut Fields, outcome: &Outcome) {
    let audit = &outcome.audit;
    fields.truth("audit", audit.present);
    fields.word("audit_origin", audit.origin as u8, Origin::WORDS);
    fields.word("audit_operation", audit.operation as u8, Operation::WORDS);
    fields.number("audit_vtl", audit.vtl);
    fields.word("audit_route", audit.route as u8, Route::WORDS);
    fields.word("audit_verdict", audit.verdict as u8, Verdict::WORDS);
    fields.number("audit_register", audit.register);
    fields.number("audit_reason", audit.reason);
}

/// Writes the fields of a scope that differ from reset, as a `start` line.
struct ScopeWriter<T: 'static> {
    scope: Scope<T>,
    names: Vec<String>,
}

impl<T: Clone> ScopeWriter<T> {
    fn new(scope: Scope<T>) -> Self {
        let names = (scope.names)();
        ScopeWriter { scope, names }
    }

    fn write(&self, text: &mut String, title: &str, state: &T, mut reset: T) {
        let mut state = state.clone();
        let length = text.len();
        for name in &self.names {
            let places = ((self.scope.find)(&mut state, name), (self.scope.find)(&mut reset, name));
            if let (Some(now), Some(then)) = places {
                if now.value() != then.value() {
                    // Writing to a String cannot fail.
                    let _ = write!(text, " {name}={}", now.text());
                }
            }
        }
        if text.len() > length {
            text.insert_str(length, &format!("start {title}"));
            text.push('\n');
        }
    }
}

/// Writes states.
pub struct StateWriter {
    partition: ScopeWriter<Vsm>,
    partition_vtl: ScopeWriter<PartitionVtl>,
    vp: ScopeWriter<VpShared>,
    slot: ScopeWriter<Slot>,
    vtl: ScopeWriter<VtlState>,
}

impl Default for StateWriter {
    fn default() -> Self {
        StateWriter {
            partition: ScopeWriter::new(PARTITION),
            partition_vtl: ScopeWriter::new(PARTITION_VTL),
            vp: ScopeWriter::new(VP),
            slot: ScopeWriter::new(SLOT),
            vtl: ScopeWriter::new(VTL),
        }
    }
}

impl StateWriter {
    /// Appends the `start` lines that set up this state.
    pub fn write(&self, text: &mut String, partition: &Partition) {
        self.partition.write(text, "partition", &partition.vsm, Vsm::default());
        for (vtl, state) in partition.vtl.iter().enumerate() {
            self.partition_vtl.write(text, &format!("partition vtl{vtl}"), state, PartitionVtl::default());
        }
        for (at, (vp, slot)) in partition.vps.iter().zip(&partition.slots).enumerate() {
            let reset = VpState::reset(at as u32);
            self.vp.write(text, &format!("vp{at}"), &vp.state.vp, reset.vp);
            self.slot.write(text, &format!("vp{at} slot"), slot, Slot::reset(at as u32));
            for (vtl, state) in vp.state.vtl.iter().enumerate() {
                self.vtl.write(text, &format!("vp{at} vtl{vtl}"), state, reset.vtl[vtl]);
            }
        }
    }
}
