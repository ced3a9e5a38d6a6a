//! The host side: kernel and paravisor at a register of a VTL, the special path, the guard under every hypercall (P37-P41).

use crate::bits::any;
use crate::exit::Audit;
use crate::hypercall::verdict;
use crate::rows::register_row;
use crate::state::Config;
use crate::step::{failed, refused, Granted, Step};
use crate::vocabulary::{isolation, name, status, Operation, Origin, Route, Status};

pub const GET_VP_REGISTERS: u16 = 0x50;
pub const SET_VP_REGISTERS: u16 = 0x51;
pub const ENABLE_PARTITION_VTL: u16 = 0xD;
pub const ENABLE_VP_VTL: u16 = 0xF;

const KERNEL: u8 = 2;
const PARAVISOR: u8 = 3;
const MOST_TIMEOUTS: u32 = 8;

/// The paravisor's route to a register (P39).
fn route(isolation: u8, set: bool, register: u32) -> Route {
    let [trusted, snp, tdx] = register_row(register).routes;
    match isolation {
        isolation::TDX => tdx,
        isolation::SNP => snp,
        // The hypervisor's register page takes no control registers.
        isolation::NONE | isolation::VBS if set && is_control(register) => Route::Hypercall,
        isolation::NONE | isolation::VBS => trusted,
        _ => Route::None,
    }
}

fn is_control(register: u32) -> bool {
    matches!(register, name::CR0 | name::CR3 | name::CR4 | name::CR8 | name::EFER | name::DR7)
}

/// The guard: whether the host may be asked for a register (P38).
pub fn guard(config: &Config, set: bool, vtl: u8, register: u32) -> bool {
    match vtl {
        2 if set => {
            let isolated = config.hardware_isolated();
            register == name::VSM_PARTITION_CONFIG
                || !isolated && matches!(register, name::GUEST_VSM_PARTITION_CONFIG | name::PM_TIMER_ASSIST)
        }
        2 => matches!(
            register,
            name::GUEST_VSM_PARTITION_CONFIG
                | name::VSM_PARTITION_CONFIG
                | name::VSM_PARTITION_STATUS
                | name::VSM_CAPABILITIES
                | name::TIME_REF_COUNT
        ),
        _ if !config.hardware_isolated() => true,
        0 => {
            let shared = matches!(register, name::SIPP | name::SIFP | name::SINT0..=name::SINT15);
            set && config.untrusted_synic && shared
        }
        _ => false,
    }
}

/// A request of the special path: operation, VTL and register (P40).
fn special(request: u64) -> Option<(bool, u8, u32)> {
    Some(match request {
        0 => (false, 2, name::GUEST_VSM_PARTITION_CONFIG),
        1 => (false, 2, name::VSM_PARTITION_CONFIG),
        2 => (false, 2, name::VSM_PARTITION_STATUS),
        3 => (false, 2, name::VSM_CAPABILITIES),
        4 => (false, 2, name::TIME_REF_COUNT),
        5 => (true, 2, name::VSM_PARTITION_CONFIG),
        6 => (true, 0, name::SIPP),
        7 => (true, 0, name::SIFP),
        16..=31 => (true, 0, name::SINT0 + request as u32 - 16),
        _ => return None,
    })
}

/// What the paravisor may make of a value that the hypervisor returned (P37); nothing if it is not valid.
fn validated(config: &Config, register: u32, value: u64) -> Option<u64> {
    let good = match register {
        name::VSM_CAPABILITIES => !any(value, 1 << 30 | !0 << 35),
        name::GUEST_VSM_PARTITION_CONFIG => value >> 8 == 0 && value & 0xF <= 2,
        name::VSM_PARTITION_CONFIG => value >> 16 == 0,
        name::VSM_PARTITION_STATUS => value >> 40 == 0 && value >> 16 & 0xF <= 2,
        _ => true,
    };
    let withheld = match register {
        name::VSM_CAPABILITIES => value & 0x20000 | u64::from(config.isolation == isolation::TDX),
        _ => value,
    };
    good.then_some(withheld)
}

/// A register that a VTL has only in some states (P39).
fn exists(register: u32, vtl: u32, vtl1_present: bool) -> bool {
    match register {
        name::CR_INTERCEPT_CONTROL..=name::CR_INTERCEPT_MISC_ENABLE_MASK
        | name::VSM_VINA
        | name::VSM_PARTITION_CONFIG
        | name::VSM_VP_SECURE_CONFIG_VTL0 => vtl == 1 && vtl1_present,
        name::PENDING_EVENT0 => vtl == 0 && vtl1_present,
        _ => true,
    }
}

impl Step<'_, '_> {
    /// Issues a hypercall; what it leads to is in the exit's answers.
    pub fn hypercall(&mut self, code: u16, vtl: u8, register: u32, value: u64) {
        self.out.hypercall = code;
        self.out.hypercall_vtl = vtl;
        self.out.hypercall_register = register;
        self.out.hypercall_value = value;
    }

    /// Judges the hypervisor's answer (P37). `entries`: how many it has to have completed.
    pub fn plain_success(&self, entries: u32) -> Result<(), Status> {
        let answers = &self.exit.answers;
        if answers.timeouts > MOST_TIMEOUTS {
            return Err(status::TIMEOUT);
        }
        if answers.status != status::SUCCESS || answers.count != entries {
            return Err(status::OPERATION_FAILED);
        }
        Ok(())
    }

    fn decide(&mut self, result: Granted, audit: Audit) {
        let (verdict, reason) = verdict(result);
        self.audit(Audit { present: true, verdict, reason, ..audit });
        match result {
            Ok(()) => self.accept(),
            Err(failure) => self.refuse(failure.status),
        }
    }

    pub fn host_access(&mut self) {
        let origin = match self.exit.origin {
            KERNEL => Origin::Kernel,
            PARAVISOR => Origin::Paravisor,
            _ => return self.internal_error(),
        };
        let set = match self.exit.operation {
            0 => false,
            1 => true,
            _ => return self.internal_error(),
        };
        let (result, route) = self.reach(origin, set);
        let audit = Audit {
            origin,
            operation: if set { Operation::Set } else { Operation::Get },
            vtl: self.exit.vtl as u8,
            route,
            register: self.exit.input.name,
            ..Audit::default()
        };
        self.decide(result, audit);
    }

    /// The access of the host side, and by which route it went.
    fn reach(&mut self, origin: Origin, set: bool) -> (Granted, Route) {
        let (register, vtl) = (self.exit.input.name, self.exit.vtl);
        let config = *self.shared.config;
        let paravisors = route(config.isolation, set, register);
        let route = match origin {
            Origin::Kernel if paravisors == Route::KernelIoctl => paravisors,
            Origin::Kernel if config.hardware_isolated() => Route::None,
            Origin::Kernel => Route::Hypercall,
            _ => paravisors,
        };
        match route {
            Route::None => (Err(refused(status::ACCESS_DENIED)), Route::None),
            Route::Hypercall if !guard(&config, set, vtl as u8, register) => {
                (Err(refused(status::ACCESS_DENIED)), Route::None)
            }
            Route::Hypercall => (self.register_hypercall(set, vtl as u8, register), route),
            _ if !exists(register, vtl, self.vp.vp.vtl1_present) => {
                (Err(refused(status::INVALID_PARAMETER)), Route::None)
            }
            _ => (self.register(set, register, vtl as usize, true), route),
        }
    }

    /// Gets or sets a register by hypercall. The value of a get is in the result as it was returned.
    fn register_hypercall(&mut self, set: bool, vtl: u8, register: u32) -> Granted {
        if set {
            self.hypercall(SET_VP_REGISTERS, vtl, register, self.exit.input.value);
        } else {
            self.hypercall(GET_VP_REGISTERS, vtl, register, 0);
        }
        self.plain_success(1).map_err(failed)?;
        if !set {
            self.out.result = self.exit.answers.value;
        }
        Ok(())
    }

    pub fn special_request(&mut self) {
        let request = special(self.exit.argument);
        let (set, vtl, register) = request.unwrap_or((false, 0, 0));
        let allowed = request.is_some() && guard(self.shared.config, set, vtl, register);
        let result = if allowed {
            let answered = self.register_hypercall(set, vtl, register);
            answered.and_then(|()| if set { Ok(()) } else { self.validate(register) })
        } else {
            Err(refused(status::ACCESS_DENIED))
        };
        let audit = Audit {
            origin: Origin::Paravisor,
            operation: if set { Operation::SpecialSet } else { Operation::SpecialGet },
            vtl,
            route: if allowed { Route::Hypercall } else { Route::None },
            register,
            ..Audit::default()
        };
        self.decide(result, audit);
    }

    fn validate(&mut self, register: u32) -> Granted {
        match validated(self.shared.config, register, self.out.result) {
            Some(value) => {
                self.out.result = value;
                Ok(())
            }
            None => {
                self.out.result = 0;
                Err(failed(status::OPERATION_FAILED))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::all;
    use crate::tables::REGISTERS;

    #[test]
    fn no_register_of_a_guest_vtl_passes_the_guard_when_the_host_is_not_trusted() {
        for isolation in [isolation::SNP, isolation::TDX, isolation::CCA] {
            let config = Config { isolation, ..Config::default() };
            let passes = |row: &&crate::rows::RegisterRow| {
                [0, 1].iter().any(|&vtl| [false, true].iter().any(|&set| guard(&config, set, vtl, row.code)))
            };
            assert!(REGISTERS.iter().find(passes).is_none());
        }
    }

    #[test]
    fn capabilities_may_only_withhold() {
        let config = Config::default();
        assert_eq!(validated(&config, name::VSM_CAPABILITIES, 0x20003), Some(0x20001));
        assert_eq!(validated(&config, name::VSM_CAPABILITIES, 1 << 30), None);
        assert!(all(validated(&config, name::VSM_CAPABILITIES, 0).unwrap_or(0), 1));
    }
}
