//! The trace format (docs/trace-format.md): reading what `vtlcheck conform` sends, writing what it wants to know.

mod fields;
mod reader;
mod writer;

pub use reader::{Reader, Said};
pub use writer::write_outcome;

use crate::exit::{Exit, Outcome};
use crate::state::{Partition, Shared};
use crate::step::handle;

/// A trace that is being answered.
#[derive(Default)]
pub struct Session {
    reader: Reader,
}

impl Session {
    /// Takes a line and appends what is to be answered: for an exit, the line again with its outcome.
    pub fn line(&mut self, line: &str, answer: &mut String) -> Result<(), String> {
        let exit = match self.reader.read(line)? {
            Said::Nothing => return Ok(()),
            Said::Exit(exit) => exit,
        };
        if let Some(partition) = self.reader.partition() {
            let outcome = handle_in(partition, &exit);
            let asked = reader::statement(line).split(" ->").next().unwrap_or_default();
            answer.push_str(asked);
            answer.push_str(" -> ");
            write_outcome(answer, &exit, &outcome);
            answer.push('\n');
        }
        Ok(())
    }
}

fn handle_in(partition: &mut Partition, exit: &Exit) -> Outcome {
    let Partition { config, vtl, vsm, slots, logs, log, vps } = partition;
    let vp = &mut vps[exit.vp as usize];
    let mut shared = Shared { config, vtl, vsm, slots, logs, log };
    handle(&mut shared, &mut vp.state, &mut vp.audit, exit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(lines: &[&str]) -> String {
        let (mut session, mut answer) = (Session::default(), String::new());
        for line in lines {
            session.line(line, &mut answer).unwrap();
        }
        answer
    }

    #[test]
    fn an_unknown_msr_reads_0_and_warns() {
        let answer = answers(&["vtlcheck-trace 2", "vp0 vtl0 rdmsr 0x1d9  # IA32_DEBUGCTL"]);
        assert_eq!(
            answer,
            "vp0 vtl0 rdmsr 0x1d9 -> done rip=0x1002 log_site=unknown-read log_msr=0x1d9 log_line=warning\n"
        );
    }

    #[test]
    fn a_new_version_line_starts_a_new_partition() {
        let set = "vp0 vtl0 wrmsr 0x40000000 7";
        let get = "vp0 vtl0 rdmsr 0x40000000 -> done ...";
        let answer = answers(&["vtlcheck-trace 2", set, get, "vtlcheck-trace 2", get]);
        let values: Vec<bool> = answer.lines().map(|line| line.contains("rax=7")).collect();
        assert_eq!(values, [false, true, false]);
    }

    #[test]
    fn bad_lines_are_named() {
        let mut session = Session::default();
        let mut ask = |line: &str| session.line(line, &mut String::new()).err().unwrap_or_default();
        assert!(ask("vp0 vtl0 rdmsr 1").contains("the first line"));
        assert!(ask("vtlcheck-trace 1").contains("no version"));
        assert_eq!(ask("vtlcheck-trace 2"), "");
        assert!(ask("config vps=65").contains("at most 64"));
        assert!(ask("config log_burst=0").contains("log_burst is 0"));
        assert!(ask("vp1 vtl0 rdmsr 1").contains("'vp1'"));
        assert!(ask("vp0 vtl0 rdmsr 1 colour=3").contains("'colour'"));
        assert!(ask("vp0 vtl0 rdmsr 0x100000000").contains("0x100000000"));
        assert!(ask("vp0 vtl2 rdmsr 1").contains("'vtl2'"));
        assert!(ask("config la57=yes").contains("before"));
    }
}
