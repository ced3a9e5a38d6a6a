//! The process: what it answers, when it answers, and what it says to bad input.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

fn port() -> Child {
    Command::new(env!("CARGO_BIN_EXE_rust-port"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Standard output, standard error and exit code.
fn answers(text: &str) -> (String, String, Option<i32>) {
    let mut child = port();
    let mut input = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || {
        // The port reads no further than a line that it does not understand.
        let _ = input.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let utf8 = |bytes| String::from_utf8(bytes).unwrap();
    (utf8(output.stdout), utf8(output.stderr), output.status.code())
}

/// The words of an outcome; their order means nothing.
fn outcome(line: &str) -> BTreeSet<&str> {
    let statement = line.split('#').next().unwrap();
    statement.split_once("->").map_or_else(BTreeSet::new, |(_, outcome)| outcome.split_whitespace().collect())
}

#[test]
fn a_trace_has_the_outcomes_that_it_says() {
    let trace = include_str!("../../../traces/examples/log-budget.trace.txt");
    let (answered, _, code) = answers(trace);
    let expected: Vec<_> = trace.lines().filter(|line| line.contains("->")).map(outcome).collect();
    let observed: Vec<_> = answered.lines().map(outcome).collect();
    assert_eq!(code, Some(0));
    assert!(!expected.is_empty());
    assert_eq!(observed, expected);
}

#[test]
fn an_answer_does_not_wait_for_the_next_line() {
    let mut child = port();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    input.write_all(b"vtlcheck-trace 2\n").unwrap();
    for _ in 0..3 {
        input.write_all(b"vp0 vtl0 rdmsr 0x40000002\n").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "vp0 vtl0 rdmsr 0x40000002 -> done rip=0x1002\n");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_bad_line_is_named_and_ends_the_process() {
    let (answered, complaint, code) =
        answers("vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x40000002\nvp0 vtl0 jump 1\nvp0 vtl0 rdmsr 1\n");
    assert_eq!(code, Some(2));
    assert_eq!(answered.lines().count(), 1);
    assert!(complaint.contains("line 3") && complaint.contains("'jump'"), "{complaint}");
}
