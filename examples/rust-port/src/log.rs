//! The log budget (L1-L9, L15), the rings of lines (L12) and the census (L13, L14).
//!
//! A bucket is one word, the time at which it will be full or was: since + (B - tokens) T in the terms of note L3. With
//! F for that time, max(0, F - now) / T, rounded up, tokens are missing now, whichever way the clock went (L4); a token
//! taken makes F later by T, and of a full bucket, now + T.

use crate::state::Shared;
use crate::vocabulary::Line;

pub const SITES: usize = 10;
pub const RING: usize = 64;
pub const CENSUS_ENTRIES: usize = 32;
pub const CENSUS_RANGE: usize = 0x2000;
/// Tokens of the partition that warnings leave for the summaries, one of each site (L6).
const SUMMARIES: u64 = SITES as u64;

const BURSTS: std::ops::RangeInclusive<u64> = 1..=1_000_000;
const TOTAL_BURSTS: std::ops::RangeInclusive<u64> = SUMMARIES + 1..=1_000_000;
/// ns.
const INTERVALS: std::ops::RangeInclusive<u64> = 1_000..=3_600_000_000_000;

/// What the VPs share of a site.
#[repr(C, align(64))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SiteWords {
    /// ns.
    pub full_time: u64,
    /// Suppressed attempts that a line has told of.
    pub reported: u64,
}

#[repr(C, align(64))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TotalWord {
    pub full_time: u64,
}

/// What the VPs share of the budget.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogWords {
    pub site: [SiteWords; SITES],
    pub total: TotalWord,
}

/// A line as the host may see it (L9).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HostLine {
    /// ns.
    pub time: u64,
    pub suppressed: u64,
    pub number: u32,
    pub vp: u32,
    pub line: Line,
    /// A number of `vocabulary::Site`.
    pub site: u8,
    pub vtl: u8,
}

/// What only the confidential channel may carry of a line.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ConfidentialLine {
    pub value: u64,
}

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogRecord {
    pub host: HostLine,
    pub confidential: ConfidentialLine,
}

/// Unknown accesses by direction (0 read, 1 write), range and MSR (L13).
#[repr(C)]
pub struct Census {
    pub count: [[[u32; CENSUS_RANGE]; 2]; 2],
}

/// Range and place in it of an MSR of the two architectural ranges.
pub fn architectural_place(msr: u32) -> Option<(usize, usize)> {
    let range = match msr >> 13 {
        0 => 0,
        0x6_0000 => 1,
        _ => return None,
    };
    Some((range, msr as usize % CENSUS_RANGE))
}

/// The frequent ones of the unknown accesses outside the two ranges (L14).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sketch {
    /// Twice the entries replaced so far.
    pub changes: u64,
    /// MSR 31:0, write 32.
    pub key: [u64; CENSUS_ENTRIES],
    pub count: [u64; CENSUS_ENTRIES],
    pub error: [u64; CENSUS_ENTRIES],
}

impl Sketch {
    fn add(&mut self, key: u64) {
        let known = |at: &usize| self.count[*at] != 0 && self.key[*at] == key;
        if let Some(at) = (0..CENSUS_ENTRIES).find(known) {
            self.count[at] = self.count[at].saturating_add(1);
            return;
        }
        // The first of the smallest, which is the first without a count if there is one.
        let at = (0..CENSUS_ENTRIES).min_by_key(|&at| self.count[at]).unwrap_or(0);
        self.changes = self.changes.wrapping_add(2);
        self.key[at] = key;
        self.error[at] = self.count[at];
        self.count[at] = self.count[at].saturating_add(1);
    }
}

#[repr(C, align(64))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RingTail {
    pub lines: u64,
}

/// Counters, lines and census of one VP (L11, L12).
#[repr(C, align(64))]
pub struct VpLog {
    pub suppressed: [u64; SITES],
    pub emitted: [u64; SITES],
    pub summaries: [u64; SITES],
    /// Lines for which the ring had no room.
    pub lost: u64,
    /// Lines written to the ring so far.
    pub head: u64,
    pub census: Option<&'static mut Census>,
    pub sketch: Sketch,
    pub ring: [LogRecord; RING],
    /// Lines read from the ring so far.
    pub tail: RingTail,
}

impl Default for VpLog {
    fn default() -> Self {
        VpLog {
            suppressed: [0; SITES],
            emitted: [0; SITES],
            summaries: [0; SITES],
            lost: 0,
            head: 0,
            census: None,
            sketch: Sketch::default(),
            ring: [LogRecord::default(); RING],
            tail: RingTail::default(),
        }
    }
}

impl VpLog {
    fn write(&mut self, record: LogRecord) {
        if self.head.wrapping_sub(self.tail.lines) >= RING as u64 {
            self.lost = self.lost.saturating_add(1);
            return;
        }
        self.ring[self.head as usize % RING] = record;
        self.head = self.head.wrapping_add(1);
    }

    /// Takes the oldest line.
    pub fn read(&mut self) -> Option<LogRecord> {
        if self.head == self.tail.lines {
            return None;
        }
        let record = self.ring[self.tail.lines as usize % RING];
        self.tail.lines = self.tail.lines.wrapping_add(1);
        Some(record)
    }

    pub fn count_unknown(&mut self, msr: u32, write: bool) {
        match (architectural_place(msr), &mut self.census) {
            (Some((range, at)), Some(census)) => {
                let count = &mut census.count[usize::from(write)][range][at];
                *count = count.saturating_add(1);
            }
            (Some(_), None) => {}
            (None, _) => self.sketch.add(u64::from(msr) | u64::from(write) << 32),
        }
    }
}

/// Counters of a site, added up over all VPs (L8).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    pub emitted: u64,
    pub suppressed: u64,
    pub reported: u64,
    pub summaries: u64,
}

fn saturating_sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

pub fn totals(log: &LogWords, logs: &[VpLog], site: usize) -> Totals {
    Totals {
        emitted: saturating_sum(logs.iter().map(|vp| vp.emitted[site])),
        suppressed: saturating_sum(logs.iter().map(|vp| vp.suppressed[site])),
        reported: log.site[site].reported,
        summaries: saturating_sum(logs.iter().map(|vp| vp.summaries[site])),
    }
}

#[derive(Clone, Copy)]
struct Limits {
    burst: u64,
    interval: u64,
}

impl Limits {
    fn tokens(&self, full_time: u64, now: u64) -> u64 {
        if full_time.max(now).checked_add(self.interval).is_none() {
            return 0;
        }
        let ahead = full_time.saturating_sub(now);
        let missing = ahead / self.interval + u64::from(ahead % self.interval != 0);
        self.burst.saturating_sub(missing)
    }

    /// Of a bucket that has a token.
    fn take(&self, full_time: &mut u64, now: u64) {
        *full_time = (*full_time).max(now).saturating_add(self.interval);
    }
}

/// The first parameter of the budget that is out of range: name, value, least and most (L2).
pub fn bad_limit(config: &crate::state::Config) -> Option<(&'static str, u64, u64, u64)> {
    let limits = [
        ("log_burst", config.log_burst, BURSTS),
        ("log_interval", config.log_interval, INTERVALS),
        ("log_total_burst", config.log_total_burst, TOTAL_BURSTS),
        ("log_total_interval", config.log_total_interval, INTERVALS),
    ];
    let bad = limits.iter().find(|(_, value, range)| !range.contains(value))?;
    Some((bad.0, bad.1, *bad.2.start(), *bad.2.end()))
}

impl Shared<'_> {
    fn site_limits(&self) -> Limits {
        Limits { burst: self.config.log_burst, interval: self.config.log_interval }
    }

    fn total_limits(&self) -> Limits {
        Limits { burst: self.config.log_total_burst, interval: self.config.log_total_interval }
    }

    /// Takes a token of the site and of the partition if the site has one and the partition `reserve` besides.
    fn charge(&mut self, site: usize, reserve: u64, now: u64) -> bool {
        let (site_limits, total_limits) = (self.site_limits(), self.total_limits());
        let full_time = &mut self.log.site[site].full_time;
        let total = &mut self.log.total.full_time;
        if site_limits.tokens(*full_time, now) == 0 || total_limits.tokens(*total, now) <= reserve {
            return false;
        }
        total_limits.take(total, now);
        site_limits.take(full_time, now);
        true
    }

    /// What no line has told of at the site yet; from now on one has.
    fn report(&mut self, site: usize) -> u64 {
        let suppressed = totals(self.log, self.logs, site).suppressed;
        let reported = std::mem::replace(&mut self.log.site[site].reported, suppressed);
        suppressed.saturating_sub(reported)
    }

    /// An attempt at a site, counted from 0. The number that its line carries, if it leads to one (L6).
    pub fn attempt(&mut self, vp: usize, site: usize, now: u64) -> Option<u64> {
        let charged = self.charge(site, SUMMARIES, now);
        let log = &mut self.logs[vp];
        let count = if charged { &mut log.emitted } else { &mut log.suppressed };
        count[site] = count[site].saturating_add(1);
        charged.then(|| self.report(site))
    }

    /// A flush of a site, counted from 0. The number that its summary carries, if there is one (L7).
    pub fn flush(&mut self, vp: usize, site: usize, now: u64) -> Option<u64> {
        let counts = totals(self.log, self.logs, site);
        if counts.suppressed == counts.reported || !self.charge(site, 0, now) {
            return None;
        }
        let summaries = &mut self.logs[vp].summaries[site];
        *summaries = summaries.saturating_add(1);
        Some(self.report(site))
    }

    pub fn write_line(&mut self, vp: usize, record: LogRecord) {
        self.logs[vp].write(record);
    }

    /// New limits (L15); false if they are refused.
    pub fn set_limits(&mut self, owner: u64, burst: u64, interval: u64, now: u64) -> bool {
        let bursts = if owner == 0 { BURSTS } else { TOTAL_BURSTS };
        let good =
            self.config.hardware_isolated() && owner <= 1 && bursts.contains(&burst) && INTERVALS.contains(&interval);
        let full_time = burst.checked_mul(interval).and_then(|span| now.checked_add(span));
        let full_time = match full_time {
            Some(time) if good => time,
            _ => return false,
        };
        if owner == 0 {
            self.config.log_burst = burst;
            self.config.log_interval = interval;
            self.log.site.iter_mut().for_each(|site| site.full_time = full_time);
        } else {
            self.config.log_total_burst = burst;
            self.config.log_total_interval = interval;
            self.log.total.full_time = full_time;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { burst: 3, interval: 1000 };

    #[test]
    fn tokens_come_back_with_time_and_never_by_a_step_back() {
        let mut full_time = 0;
        for _ in 0..3 {
            LIMITS.take(&mut full_time, 5000);
        }
        assert_eq!(LIMITS.tokens(full_time, 5000), 0);
        assert_eq!(LIMITS.tokens(full_time, 5999), 0);
        assert_eq!(LIMITS.tokens(full_time, 6000), 1);
        assert_eq!(LIMITS.tokens(full_time, 4000), 0);
        assert_eq!(LIMITS.tokens(full_time, 9000), 3);
    }

    #[test]
    fn the_end_of_time_gives_no_token() {
        assert_eq!(LIMITS.tokens(0, u64::MAX - 999), 0);
        assert_eq!(LIMITS.tokens(0, u64::MAX - 1000), 3);
    }

    #[test]
    fn the_sketch_replaces_the_first_of_the_smallest() {
        let mut sketch = Sketch::default();
        (0..CENSUS_ENTRIES as u64).for_each(|key| sketch.add(key + 0x1_0000));
        sketch.add(0x1_0000);
        sketch.add(0x2_0000);
        assert_eq!((sketch.key[0], sketch.count[0]), (0x1_0000, 2));
        assert_eq!((sketch.key[1], sketch.count[1], sketch.error[1]), (0x2_0000, 2, 1));
    }
}
