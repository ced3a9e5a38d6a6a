//! What a row of the specification's tables says.

use crate::tables::{MSRS, REGISTERS};
use crate::vocabulary::Route;

/// When an access passes to hardware without an exit (note R6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passes {
    Never,
    Always,
    /// For VTL0 with APIC offload, its APIC in x2APIC mode.
    Offload,
    /// If the processor has IA32_TSC_AUX.
    TscAux,
}

/// MSRs `first` to `last`, which are alike.
#[derive(Clone, Copy, Debug)]
pub struct MsrRow {
    pub first: u32,
    pub last: u32,
    pub read_passes: Passes,
    pub write_passes: Passes,
    /// A stage serves the read; else it is unknown (R9).
    pub read_known: bool,
    pub write_known: bool,
    /// What every read gives.
    pub constant: Option<u64>,
    /// The CrInterceptControl bit by which VTL1 claims VTL0's writes (R8).
    pub claim_bit: Option<u8>,
}

#[allow(clippy::too_many_arguments)]
pub const fn msr(
    first: u32,
    last: u32,
    read_passes: Passes,
    write_passes: Passes,
    read_known: bool,
    write_known: bool,
    constant: Option<u64>,
    claim_bit: Option<u8>,
) -> MsrRow {
    MsrRow { first, last, read_passes, write_passes, read_known, write_known, constant, claim_bit }
}

static UNKNOWN: MsrRow = msr(0, u32::MAX, Passes::Never, Passes::Never, false, false, None, None);

/// The row of an MSR, or that of all numbers which no row has.
pub fn msr_row(number: u32) -> &'static MsrRow {
    let after = MSRS.partition_point(|row| row.first <= number);
    match after.checked_sub(1) {
        Some(at) if number <= MSRS[at].last => &MSRS[at],
        _ => &UNKNOWN,
    }
}

/// Who may name a register for whom (P16).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    Lower,
    LowerTscAux,
    Event,
    Vtl1Denied,
    Vtl1Parameter,
    Vsm,
    Open,
    Unlisted,
}

#[derive(Clone, Copy, Debug)]
pub struct RegisterRow {
    pub code: u32,
    pub name: &'static str,
    pub gate: Gate,
    /// The paravisor's way to get it: without hardware isolation, on SNP, on TDX (P39).
    pub routes: [Route; 3],
}

pub const fn register(code: u32, name: &'static str, gate: Gate, routes: [Route; 3]) -> RegisterRow {
    RegisterRow { code, name, gate, routes }
}

static UNLISTED: RegisterRow = register(u32::MAX, "", Gate::Unlisted, [Route::Hypercall, Route::None, Route::None]);

/// The row of a register, or that of all names which no row has.
pub fn register_row(code: u32) -> &'static RegisterRow {
    match REGISTERS.binary_search_by_key(&code, |row| row.code) {
        Ok(at) => &REGISTERS[at],
        Err(_) => &UNLISTED,
    }
}

/// The number of a register by its TLFS name, in large or small letters.
pub fn register_code(name: &str) -> Option<u32> {
    REGISTERS.iter().find(|row| row.name.eq_ignore_ascii_case(name)).map(|row| row.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_apart() {
        assert!(MSRS.iter().all(|row| row.first <= row.last));
        assert!(MSRS.windows(2).all(|pair| pair[0].last < pair[1].first));
        assert!(REGISTERS.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn a_number_finds_its_row() {
        assert_eq!(msr_row(0xc000_0082).claim_bit, Some(6));
        assert_eq!(msr_row(0x40000095).first, 0x40000090);
        assert!(!msr_row(0).read_known && !msr_row(u32::MAX).write_known && !msr_row(0x1d9).read_known);
        assert_eq!(register_code("lstar").map(|code| register_row(code).gate), Some(Gate::Lower));
    }
}
