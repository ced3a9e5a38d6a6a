//! The trace format (docs/trace-format.md) and the protocol in it (docs/subject-protocol.md): reading what `vtlcheck conform`
//! sends, writing what it wants to know.

mod fields;
mod reader;
mod writer;

pub use reader::{Reader, Said};
pub use writer::write_outcome;

use crate::exit::{Exit, Outcome};
use crate::state::{Partition, Shared};
use crate::step::handle;
use writer::StateWriter;

/// Protocol version, and what this program can do besides.
const GREETING: &str = "vtlcheck-subject 1 state\n";

/// A conversation with vtlcheck.
#[derive(Default)]
pub struct Session {
    reader: Reader,
    state: StateWriter,
}

impl Session {
    /// Takes a line and appends what is to be answered: for an exit, the line again with its outcome.
    pub fn line(&mut self, line: &str, answer: &mut String) -> Result<(), String> {
        match self.reader.read(line)? {
            Said::Nothing => {}
            Said::Hello => answer.push_str(GREETING),
            Said::State => {
                self.state.write(answer, self.reader.started()?);
                answer.push_str("state\n");
            }
            Said::Exit(exit) => {
                let outcome = handle_in(self.reader.started()?, &exit);
                answer.push_str(reader::question(line));
                answer.push_str(" -> ");
                write_outcome(answer, &exit, &outcome);
                answer.push('\n');
            }
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
    fn the_state_is_what_sets_it_up() {
        let set = ["vtlcheck-trace 2", "config vps=2", "vp1 vtl0 wrmsr 0xc0000082 0x1234", "vp0 vtl0 startup-ipi 1 7"];
        let lines: Vec<String> = answers(&[&set[..], &["state"]].concat()).lines().map(str::to_owned).collect();
        let start: Vec<&str> = lines.iter().map(String::as_str).filter(|line| line.starts_with("start ")).collect();
        assert!(start.contains(&"start vp1 slot started=yes"));
        assert!(start.iter().any(|line| line.starts_with("start vp1 vtl0 ") && line.contains(" lstar=0x1234")));
        assert_eq!(lines.last().map(String::as_str), Some("state"));
        // Set up so, another partition says the same of itself.
        let again = answers(&[&set[..2], &start[..], &["state"]].concat());
        assert_eq!(again.lines().collect::<Vec<_>>(), [&start[..], &["state"]].concat());
    }

    #[test]
    fn a_greeting_is_answered() {
        assert_eq!(answers(&["vtlcheck-subject 1"]), GREETING);
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
