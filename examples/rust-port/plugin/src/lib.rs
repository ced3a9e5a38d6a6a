//! The port behind the C ABI of impl/include/vtl_intercept.h: pointers in, the safe port in the middle, nothing else.
//!
//! Every call that touches a partition holds a lock of it, so the port sees one VP at a time. The names, and what each
//! function promises, are the header's.

#![allow(clippy::missing_safety_doc)] // The contract of every function is the header's.

use rust_port::control::controls;
use rust_port::exit::{Exit, Outcome};
use rust_port::inspect::{audit_record, inspect, PartitionView, VpView, ABI};
use rust_port::log::{architectural_place, totals, Census, LogRecord, LogWords, VpLog, CENSUS_ENTRIES, SITES};
use rust_port::msr::{bitmap_inputs, fill_bitmap, BITMAP_WORDS};
use rust_port::state::{
    AuditRecord, AuditRing, Config, Controls, Entry, PartitionVtl, Shared, Slot, VpState, Vsm, AUDIT_RECORDS,
};
use rust_port::step::handle;
use std::ptr::{addr_of, addr_of_mut, NonNull};
use std::sync::{Mutex, MutexGuard, PoisonError};

type Status = u32;
const OK: Status = 0;
const BAD_ARGUMENT: Status = 1;

#[repr(C)]
pub struct Partition {
    config: Config,
    vtl: [PartitionVtl; 2],
    vsm: Vsm,
    slots: *mut Slot,
    logs: *mut VpLog,
    log: LogWords,
}

#[repr(C, align(4096))]
pub struct Vp {
    bitmap: [[u64; BITMAP_WORDS]; 2],
    state: VpState,
    controls: [Controls; 2],
    index: u32,
    audit: AuditRing,
}

#[repr(C)]
pub struct LogCounters {
    emitted: u64,
    suppressed: u64,
    reported: u64,
    summaries: u64,
}

#[repr(C)]
pub struct SketchEntry {
    msr: u32,
    write: bool,
    count: u64,
    error: u64,
}

const LOCKS: usize = 64;

/// The lock of a partition; several partitions may share one.
fn lock(partition: *const Partition) -> MutexGuard<'static, ()> {
    #[allow(clippy::declare_interior_mutable_const)] // A fresh one for each element.
    const FREE: Mutex<()> = Mutex::new(());
    static ALL: [Mutex<()>; LOCKS] = [FREE; LOCKS];
    let at = (partition as usize / std::mem::size_of::<Partition>()) % LOCKS;
    ALL[at].lock().unwrap_or_else(PoisonError::into_inner)
}

impl Partition {
    /// # Safety
    /// The partition was set up by `vtl_partition_init`, its arrays still live, and its lock is held.
    unsafe fn shared(&mut self) -> Shared<'_> {
        let vps = self.config.vps as usize;
        Shared {
            config: &mut self.config,
            vtl: &mut self.vtl,
            vsm: &mut self.vsm,
            slots: std::slice::from_raw_parts_mut(self.slots, vps),
            logs: std::slice::from_raw_parts_mut(self.logs, vps),
            log: &mut self.log,
        }
    }
}

impl Vp {
    fn refresh_bitmaps(&mut self, config: &Config) {
        for (vtl, bitmap) in self.bitmap.iter_mut().enumerate() {
            fill_bitmap(config, &self.state, vtl, bitmap);
        }
    }

    fn refresh_controls(&mut self, config: &Config) {
        self.controls = [0, 1].map(|vtl| controls(config, &self.state, vtl));
    }
}

/// Copies an exit. Flags that the caller had no reason to set need not hold a truth value, which a `bool` must.
///
/// # Safety
/// `exit` points to a `struct vtl_exit`.
unsafe fn copy_exit(exit: *const Exit) -> Exit {
    let mut copy = std::mem::MaybeUninit::<Exit>::uninit();
    let place = copy.as_mut_ptr();
    std::ptr::copy_nonoverlapping(exit.cast::<u8>(), place.cast::<u8>(), std::mem::size_of::<Exit>());
    let flags = [
        addr_of_mut!((*place).answers.apic_fault),
        addr_of_mut!((*place).answers.page_refused),
        addr_of_mut!((*place).answers.slot_busy),
        addr_of_mut!((*place).answers.module_refused),
        addr_of_mut!((*place).input.unreadable),
    ];
    for flag in flags.map(|flag| flag.cast::<u8>()) {
        *flag = u8::from(*flag != 0);
    }
    copy.assume_init()
}

/// Writes a line as snprintf does.
///
/// # Safety
/// `buffer` has room for `size` bytes, or `size` is 0.
unsafe fn put(text: &str, buffer: *mut u8, size: usize) -> usize {
    if size != 0 && !buffer.is_null() {
        let length = text.len().min(size - 1);
        std::ptr::copy_nonoverlapping(text.as_ptr(), buffer, length);
        *buffer.add(length) = 0;
    }
    text.len()
}

#[no_mangle]
pub extern "C" fn vtl_abi_version() -> u32 {
    ABI
}

#[no_mangle]
pub unsafe extern "C" fn vtl_config_error(config: *const Config, buffer: *mut u8, size: usize) -> usize {
    let error = match config.as_ref() {
        Some(config) => config.error(),
        None => Some("there is no configuration: pass one".into()),
    };
    put(&error.unwrap_or_default(), buffer, size)
}

#[no_mangle]
pub unsafe extern "C" fn vtl_partition_init(
    partition: *mut Partition,
    config: *const Config,
    slots: *mut Slot,
    logs: *mut VpLog,
) -> Status {
    if partition.is_null() || config.is_null() || slots.is_null() || logs.is_null() {
        return BAD_ARGUMENT;
    }
    let config = *config;
    if config.error().is_some() {
        return BAD_ARGUMENT;
    }
    let _held = lock(partition);
    for vp in 0..config.vps {
        slots.add(vp as usize).write(Slot::reset(vp));
        logs.add(vp as usize).write(VpLog::default());
    }
    partition.write(Partition {
        config,
        vtl: Default::default(),
        vsm: Vsm::default(),
        slots,
        logs,
        log: LogWords::default(),
    });
    OK
}

#[no_mangle]
pub unsafe extern "C" fn vtl_vp_init(vp: *mut Vp, partition: *const Partition, index: u32) -> Status {
    let config = match partition.as_ref() {
        Some(partition) if !vp.is_null() && index < partition.config.vps => partition.config,
        _ => return BAD_ARGUMENT,
    };
    vp.write(Vp {
        bitmap: [[0; BITMAP_WORDS]; 2],
        state: VpState::reset(index),
        controls: Default::default(),
        index,
        audit: [AuditRecord::default(); AUDIT_RECORDS],
    });
    (*vp).refresh_bitmaps(&config);
    (*vp).refresh_controls(&config);
    OK
}

#[no_mangle]
pub unsafe extern "C" fn vtl_handle_exit(
    partition: *mut Partition,
    vp: *mut Vp,
    exit: *const Exit,
    outcome: *mut Outcome,
) -> Status {
    if partition.is_null() || vp.is_null() || exit.is_null() || outcome.is_null() {
        return BAD_ARGUMENT;
    }
    let _held = lock(partition);
    let (partition, vp) = (&mut *partition, &mut *vp);
    let exit = copy_exit(exit);
    if exit.vtl > 1 || exit.vp != vp.index || exit.vp >= partition.config.vps {
        return BAD_ARGUMENT;
    }
    let before = bitmap_inputs(&vp.state);
    outcome.write(handle(&mut partition.shared(), &mut vp.state, &mut vp.audit, &exit));
    if bitmap_inputs(&vp.state) != before {
        vp.refresh_bitmaps(&partition.config);
    }
    vp.refresh_controls(&partition.config);
    OK
}

#[no_mangle]
pub unsafe extern "C" fn vtl_vp_restore(vp: *mut Vp, partition: *const Partition, state: *const VpState) -> Status {
    match (vp.as_mut(), partition.as_ref(), state.as_ref()) {
        (Some(vp), Some(partition), Some(state)) if vp.index < partition.config.vps => {
            vp.state = *state;
            vp.refresh_bitmaps(&partition.config);
            vp.refresh_controls(&partition.config);
            OK
        }
        _ => BAD_ARGUMENT,
    }
}

#[no_mangle]
pub unsafe extern "C" fn vtl_next_entry(vp: *const Vp) -> Entry {
    vp.as_ref().map_or(Entry::Hold, |vp| vp.state.vp.next_entry())
}

#[no_mangle]
pub unsafe extern "C" fn vtl_msr_access_exits(vp: *const Vp, vtl: u32, msr: u32, write: bool) -> bool {
    let (vp, (range, at)) = match (vp.as_ref(), architectural_place(msr)) {
        (Some(vp), Some(place)) if vtl <= 1 => (vp, place),
        _ => return true,
    };
    let word = range * 0x80 + usize::from(write) * 0x100 + at / 64;
    vp.bitmap[vtl as usize][word] >> (at % 64) & 1 != 0
}

#[no_mangle]
pub unsafe extern "C" fn vtl_audit_read(vp: *const Vp, index: u32, record: *mut AuditRecord) -> Status {
    let found = vp.as_ref().and_then(|vp| audit_record(&vp.state, &vp.audit, index.into()));
    match found {
        Some(found) if !record.is_null() => {
            record.write(*found);
            OK
        }
        _ => BAD_ARGUMENT,
    }
}

/// Calls `use_log` with the log of a VP that exists, under the partition's lock.
unsafe fn with_log<T>(partition: *const Partition, vp: u32, use_log: impl FnOnce(&mut VpLog) -> T) -> Option<T> {
    if partition.is_null() {
        return None;
    }
    let _held = lock(partition);
    let vps = *addr_of!((*partition).config.vps);
    let logs = *addr_of!((*partition).logs);
    (vp < vps).then(|| use_log(&mut *logs.add(vp as usize)))
}

#[no_mangle]
pub unsafe extern "C" fn vtl_log_read(partition: *mut Partition, vp: u32, record: *mut LogRecord) -> bool {
    if record.is_null() {
        return false;
    }
    match with_log(partition, vp, VpLog::read).flatten() {
        Some(line) => {
            record.write(line);
            true
        }
        None => false,
    }
}

#[no_mangle]
pub unsafe extern "C" fn vtl_log_lost(partition: *const Partition, vp: u32) -> u64 {
    with_log(partition, vp, |log| log.lost).unwrap_or(0)
}

#[no_mangle]
pub unsafe extern "C" fn vtl_log_totals(partition: *const Partition, site: u32, counters: *mut LogCounters) -> Status {
    let at = site as usize;
    if partition.is_null() || counters.is_null() || !(1..=SITES).contains(&at) {
        return BAD_ARGUMENT;
    }
    let _held = lock(partition);
    let partition = &*partition;
    let logs = std::slice::from_raw_parts(partition.logs, partition.config.vps as usize);
    let sum = totals(&partition.log, logs, at - 1);
    counters.write(LogCounters {
        emitted: sum.emitted,
        suppressed: sum.suppressed,
        reported: sum.reported,
        summaries: sum.summaries,
    });
    OK
}

#[no_mangle]
pub unsafe extern "C" fn vtl_census_attach(partition: *mut Partition, vp: u32, census: *mut Census) -> Status {
    // The caller keeps the census alive until it is detached.
    let census = NonNull::new(census).map(|mut census| census.as_mut());
    match with_log(partition, vp, |log| log.census = census) {
        Some(()) => OK,
        None => BAD_ARGUMENT,
    }
}

#[no_mangle]
pub unsafe extern "C" fn vtl_census_count(partition: *const Partition, vp: u32, msr: u32, write: bool) -> u32 {
    let count = with_log(partition, vp, |log| {
        let (range, at) = architectural_place(msr)?;
        let census = log.census.as_ref()?;
        Some(census.count[usize::from(write)][range][at])
    });
    count.flatten().unwrap_or(0)
}

#[no_mangle]
pub unsafe extern "C" fn vtl_census_entry(
    partition: *const Partition,
    vp: u32,
    index: u32,
    entry: *mut SketchEntry,
) -> bool {
    let at = index as usize;
    if entry.is_null() || at >= CENSUS_ENTRIES {
        return false;
    }
    let found = with_log(partition, vp, |log| (log.sketch.key[at], log.sketch.count[at], log.sketch.error[at]));
    match found {
        Some((key, count, error)) if count != 0 => {
            entry.write(SketchEntry { msr: key as u32, write: key >> 32 != 0, count, error });
            true
        }
        _ => false,
    }
}

#[no_mangle]
pub unsafe extern "C" fn vtl_inspect(
    partition: *const Partition,
    vps: *const *const Vp,
    count: u32,
    buffer: *mut u8,
    size: usize,
) -> usize {
    if partition.is_null() || vps.is_null() {
        return 0;
    }
    let _held = lock(partition);
    let partition = &*partition;
    let all = partition.config.vps as usize;
    let vps = std::slice::from_raw_parts(vps, count as usize).iter().filter_map(|vp| vp.as_ref());
    let vps: Vec<_> = vps
        .filter(|vp| (vp.index as usize) < all)
        .map(|vp| VpView { index: vp.index, state: &vp.state, audit: &vp.audit })
        .collect();
    let view = PartitionView {
        config: &partition.config,
        vsm: &partition.vsm,
        slots: std::slice::from_raw_parts(partition.slots, all),
        log: &partition.log,
        logs: std::slice::from_raw_parts(partition.logs, all),
        vps: &vps,
    };
    put(&inspect(&view), buffer, size)
}
