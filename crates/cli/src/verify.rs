//! `touchstone verify`: judges WebAuthn responses given as JSON, one object or one a line.

use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;

use verify::request::{self, Answer};

/// The longest request that is read, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;

/// Options of `touchstone verify`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Read JSON Lines and answer each line in order
    #[arg(long)]
    lines: bool,
}

/// Reads requests from `input` and answers on `output`. Exit code 0: all verified; 1: one was
/// refused; 2: one was not usable. `now` is in seconds since 1970.
pub fn run(
    arguments: &Arguments,
    now: i64,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<ExitCode> {
    let mut worst = 0;
    if arguments.lines {
        while let Some(line) = next_line(&mut input)? {
            worst = worst.max(reply(
                &line.map_or_else(request::unreadable, |line| judge(line, now)),
                &mut output,
            )?);
        }
    } else {
        let mut bytes = Vec::new();
        input.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
        let answer = match bytes.len() > LONGEST {
            true => request::unreadable(TOO_LONG),
            false => judge(bytes, now),
        };
        worst = reply(&answer, &mut output)?;
    }
    Ok(ExitCode::from(worst))
}

const TOO_LONG: &str = "it is longer than 16 MiB";

fn judge(bytes: Vec<u8>, now: i64) -> Answer {
    match std::str::from_utf8(&bytes) {
        Ok(text) => request::answer(text, now),
        Err(_) => request::unreadable("it is not UTF-8"),
    }
}

/// Each answer leaves at once, so that a program can ask and wait.
fn reply(answer: &Answer, output: &mut impl Write) -> io::Result<u8> {
    writeln!(output, "{}", answer.json)?;
    output.flush()?;
    Ok(match answer.verdict {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(_) => 2,
    })
}

/// The next line without its end, or why it cannot be taken; `None` at the end of the input.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, &'static str>>> {
    let mut line = Vec::new();
    input
        .by_ref()
        .take(LONGEST as u64 + 1)
        .read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() > LONGEST {
        skip_line(input)?;
        return Ok(Some(Err(TOO_LONG)));
    }
    Ok(Some(Ok(line)))
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (read, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(read);
        if ended {
            return Ok(());
        }
    }
}
