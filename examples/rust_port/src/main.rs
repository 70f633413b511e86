//! A complete maker with a fixed ladder, in the standard library alone, speaking port protocol 1 on stdin and stdout.

mod answers;
mod asking;
mod calls;
mod config;
mod decimal;
mod facts;
mod json;
mod ladder;
mod maker;
mod orders;
mod port;
mod quoting;
mod rules;
mod told;
mod wicks;

use std::io::{stdin, stdout, BufRead, Write};

fn main() -> std::io::Result<()> {
    let (mut input, mut output) = (stdin().lock(), stdout().lock());
    let (mut port, mut line) = (port::Port::new(), Vec::new());
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let (mut reply, more) = port.answer(&line);
        reply.push('\n');
        output.write_all(reply.as_bytes())?;
        output.flush()?;
        if !more {
            return Ok(());
        }
    }
}
