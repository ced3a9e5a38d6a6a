//! The intercept path of a TDX paravisor: MSRs, VTL privilege, register access, log budget.
//!
//! Written from `vtlcheck spec` and docs/reference-notes.md; the ids in the comments (R, P, L, D) are those of the notes.
//! [`step::handle`] decides one exit; [`trace`] reads and writes the text that `vtlcheck conform` speaks with a process.
#![forbid(unsafe_code)]

pub mod bits;
pub mod control;
pub mod exit;
pub mod host;
pub mod hypercall;
pub mod inspect;
pub mod log;
pub mod msr;
pub mod registers;
pub mod rows;
pub mod rules;
pub mod state;
pub mod step;
pub mod tables;
pub mod trace;
pub mod vocabulary;
