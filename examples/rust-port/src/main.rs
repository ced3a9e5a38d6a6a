//! The port as a process: traces on standard input, every exit with its outcome on standard output.
#![forbid(unsafe_code)]

use rust_port::trace::Session;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let input = BufReader::with_capacity(1 << 16, io::stdin().lock());
    match serve(input, BufWriter::new(io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("rust-port: {message}");
            ExitCode::from(2)
        }
    }
}

fn serve(mut input: BufReader<impl Read>, mut output: impl Write) -> Result<(), String> {
    let mut session = Session::default();
    let (mut line, mut answer) = (String::new(), String::new());
    for number in 1u64.. {
        line.clear();
        if input.read_line(&mut line).map_err(|error| format!("standard input: {error}"))? == 0 {
            break;
        }
        answer.clear();
        session.line(&line, &mut answer).map_err(|error| format!("line {number}: {error}"))?;
        // Whoever waits for answers has written all its lines.
        let waited_for = !input.buffer().contains(&b'\n');
        let written = output.write_all(answer.as_bytes());
        let written = written.and_then(|()| if waited_for { output.flush() } else { Ok(()) });
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            other => other.map_err(|error| format!("standard output: {error}"))?,
        }
    }
    output.flush().map_err(|error| format!("standard output: {error}"))
}
