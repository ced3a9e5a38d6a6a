//! What an operator may see of a partition as JSON: policy, log counters, census, state and audit; nothing that a guest keeps
//! to itself.

use crate::control::controls;
use crate::host::guard;
use crate::log::{totals, Census, LogWords, VpLog, CENSUS_ENTRIES, CENSUS_RANGE, SITES};
use crate::state::{AuditRecord, AuditRing, Config, Slot, VpState, Vsm, AUDIT_RECORDS};
use crate::tables::REGISTERS;
use crate::vocabulary::{Operation, Origin, Route, Site, Verdict, ISOLATION_WORDS, VSM_WORDS};

/// Audit records shown of a VP.
const TAIL: u64 = 16;
/// VTL_INTERCEPT_ABI of the header whose layout the types of this crate have.
pub const ABI: u32 = 3;

pub struct VpView<'a> {
    pub index: u32,
    pub state: &'a VpState,
    pub audit: &'a AuditRing,
}

pub struct PartitionView<'a> {
    pub config: &'a Config,
    pub vsm: &'a Vsm,
    pub slots: &'a [Slot],
    pub log: &'a LogWords,
    pub logs: &'a [VpLog],
    pub vps: &'a [VpView<'a>],
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

fn object(members: &[(&str, String)]) -> String {
    let member = |(name, value): &(&str, String)| format!("\"{name}\":{value}");
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

fn text(word: &str) -> String {
    format!("\"{word}\"")
}

fn hex(value: impl Into<u64>) -> String {
    format!("\"{:#x}\"", value.into())
}

fn allowed(config: &Config, set: bool) -> String {
    let by_vtl = |vtl: u8| {
        if vtl < 2 && !config.hardware_isolated() {
            return list([text("*")]);
        }
        let names = REGISTERS.iter().filter(|row| guard(config, set, vtl, row.code));
        list(names.map(|row| text(row.name)))
    };
    object(&[("vtl0", by_vtl(0)), ("vtl1", by_vtl(1)), ("vtl2", by_vtl(2))])
}

fn policy(config: &Config) -> String {
    let guard = object(&[("get", allowed(config, false)), ("set", allowed(config, true))]);
    object(&[
        ("isolation", text(ISOLATION_WORDS[usize::from(config.isolation)])),
        ("profile", text(if config.untrusted_synic { "untrusted-synic" } else { "strict" })),
        ("access_vsm", config.access_vsm.to_string()),
        ("vps", config.vps.to_string()),
        ("guard", guard),
    ])
}

fn log(view: &PartitionView) -> String {
    let config = view.config;
    let sites = (0..SITES).map(|site| {
        let counts = totals(view.log, view.logs, site);
        object(&[
            ("site", text(Site::WORDS[site + 1])),
            ("emitted", counts.emitted.to_string()),
            ("suppressed", counts.suppressed.to_string()),
            ("reported", counts.reported.to_string()),
            ("summaries", counts.summaries.to_string()),
        ])
    });
    let limits = object(&[
        ("burst", config.log_burst.to_string()),
        ("interval", config.log_interval.to_string()),
        ("total_burst", config.log_total_burst.to_string()),
        ("total_interval", config.log_total_interval.to_string()),
    ]);
    object(&[
        ("active", config.hardware_isolated().to_string()),
        ("limits", limits),
        ("sites", list(sites)),
        ("lost", list(view.logs.iter().map(|vp| vp.lost.to_string()))),
    ])
}

fn access(write: bool) -> String {
    text(if write { "write" } else { "read" })
}

fn largest(census: &Census) -> String {
    let places =
        (0..2).flat_map(|write| (0..2).flat_map(move |range| (0..CENSUS_RANGE).map(move |at| (write, range, at))));
    let mut counted: Vec<_> = places
        .map(|(write, range, at)| (census.count[write][range][at], write != 0, range as u64 * 0xC000_0000 + at as u64))
        .filter(|(count, ..)| *count != 0)
        .collect();
    counted.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    list(counted.iter().take(TAIL as usize).map(|(count, write, msr)| {
        object(&[("msr", hex(*msr)), ("access", access(*write)), ("count", count.to_string())])
    }))
}

fn census(vp: usize, log: &VpLog) -> String {
    let used = |write: usize| match &log.census {
        Some(census) => census.count[write].iter().flatten().filter(|count| **count != 0).count(),
        None => 0,
    };
    let sketch = &log.sketch;
    let entries = (0..CENSUS_ENTRIES).filter(|&at| sketch.count[at] != 0).map(|at| {
        object(&[
            ("msr", hex(sketch.key[at] as u32)),
            ("access", access(sketch.key[at] >> 32 != 0)),
            ("count", sketch.count[at].to_string()),
            ("error", sketch.error[at].to_string()),
        ])
    });
    object(&[
        ("vp", vp.to_string()),
        ("attached", log.census.is_some().to_string()),
        ("msrs_read", used(0).to_string()),
        ("msrs_written", used(1).to_string()),
        ("largest", log.census.as_ref().map_or_else(|| list(None), |census| largest(census))),
        ("sketch", list(entries)),
    ])
}

fn record(record: &AuditRecord) -> String {
    object(&[
        ("sequence", record.sequence.to_string()),
        ("time", record.time.to_string()),
        ("vp", record.vp.to_string()),
        ("origin", text(Origin::WORDS[record.origin as usize])),
        ("operation", text(Operation::WORDS[record.operation as usize])),
        ("vtl", record.vtl.to_string()),
        ("register", hex(record.register)),
        ("route", text(Route::WORDS[record.route as usize])),
        ("verdict", text(Verdict::WORDS[record.verdict as usize])),
        ("reason", hex(record.reason)),
    ])
}

/// The record at `index` of a VP's ring, 0 being the oldest; nothing if the ring does not hold it, as after a restore.
pub fn audit_record<'a>(state: &VpState, ring: &'a AuditRing, index: u64) -> Option<&'a AuditRecord> {
    let vp = &state.vp;
    let oldest = vp.audit_next.wrapping_sub(vp.audit_count.into());
    let sequence = oldest.wrapping_add(index);
    let found = &ring[sequence as usize % AUDIT_RECORDS];
    let held = index < vp.audit_count.into() && found.sequence == sequence && found.verdict != Verdict::None;
    held.then_some(found)
}

fn vp(view: &PartitionView, vp: &VpView) -> String {
    let state = &vp.state.vp;
    let count = u64::from(state.audit_count);
    let tail = (count.saturating_sub(TAIL)..count).filter_map(|index| audit_record(vp.state, vp.audit, index));
    let slot = &view.slots[vp.index as usize];
    let controls = [0, 1].map(|vtl| controls(view.config, vp.state, vtl)).map(|controls| {
        object(&[
            ("cr0_guest_host_mask", hex(controls.cr0_guest_host_mask)),
            ("cr4_guest_host_mask", hex(controls.cr4_guest_host_mask)),
            ("descriptor_table_exiting", controls.descriptor_table_exiting.to_string()),
        ])
    });
    let slot = object(&[
        ("started", slot.started.to_string()),
        ("enable_called", slot.enable_called.to_string()),
        ("enable_pending", slot.enable_pending.to_string()),
        ("start_pending", slot.start_pending.to_string()),
        ("start_vtl", u8::from(slot.start_vtl1).to_string()),
    ]);
    let audit = object(&[
        ("next", state.audit_next.to_string()),
        ("count", state.audit_count.to_string()),
        ("lost", state.audit_lost.to_string()),
        ("tail", list(tail.map(record))),
    ]);
    object(&[
        ("vp", vp.index.to_string()),
        ("active_vtl", u8::from(state.active_vtl1).to_string()),
        ("next_entry", text(["vtl0", "vtl1", "hold"][state.next_entry() as usize])),
        ("vtl1_present", state.vtl1_present.to_string()),
        ("apic_offload", state.apic_offload.to_string()),
        ("intercept_control", hex(state.intercept_control)),
        ("cr0_mask", hex(state.cr0_mask)),
        ("cr4_mask", hex(state.cr4_mask)),
        ("misc_enable_mask", hex(state.misc_enable_mask)),
        ("message_pending", state.intercept_pending.to_string()),
        ("tlb_locked", state.tlb_locked.to_string()),
        ("mbec", state.vp_mbec.to_string()),
        ("controls", list(controls)),
        ("slot", slot),
        ("audit", audit),
    ])
}

/// Policy, counters and state as one JSON object.
pub fn inspect(view: &PartitionView) -> String {
    let vsm = object(&[
        ("state", text(VSM_WORDS[usize::from(view.vsm.guest_vsm)])),
        ("mbec", view.vsm.mbec.to_string()),
        ("vtl1_on_any_vp", view.vsm.vtl1_on_any_vp.to_string()),
        ("partition_config", hex(view.vsm.partition_config)),
    ]);
    object(&[
        ("abi", ABI.to_string()),
        ("policy", policy(view.config)),
        ("guest_vsm", vsm),
        ("log", log(view)),
        ("census", list(view.logs.iter().enumerate().map(|(at, log)| census(at, log)))),
        ("vps", list(view.vps.iter().map(|one| vp(view, one)))),
    ])
}
