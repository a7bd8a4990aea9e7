// SPDX-License-Identifier: Apache-2.0
//! flame-graph TITLE FOLDED NAME=SAMPLES…: writes a flame graph to standard output, with what `perf script` says of
//! each process beside that of the others, and the same as folded stacks to the file FOLDED. inferno folds and draws;
//! here is decided what a graph has to show.

use std::collections::BTreeMap;
use std::error::Error;
use std::{env, fs, io};

use inferno::collapse::{perf, Collapse};
use inferno::flamegraph::color::{BackgroundColor, Color, PaletteMap};
use inferno::flamegraph::{from_lines, Options, TextTruncateDirection};

const WIDTH: usize = 1200;
const LETTER: f64 = 0.65; // as wide as the font is high, with room for where a frame begins
const NARROWEST_PERCENT: f64 = 0.8; // narrower ones have no room for a letter
const KERNEL: &str = "_[k]"; // is what inferno adds to the name of a function of the kernel's
const KERNEL_DEPTH: usize = 4; // from the system call on: further down it is the same for every program

/// How every thread and every system call begins.
const PRELUDES: [&str; 8] = [
    "_start",
    "__libc_start_main",
    "__libc_start_call_main",
    "clone3",
    "start_thread",
    "entry_SYSCALL_64_after_hwframe_[k]",
    "do_syscall_64_[k]",
    "sys_call_[k]",
];

/// What gcc and the linker add to names.
const ADDED: [&str; 5] = [".isra.", ".part.", ".constprop.", ".cold", "@"];

const GROUND: Color = Color::new(225, 215, 195);
const LEGEND: &str = "green: Taskwire; orange: the kernel; blue: libmicrohttpd; violet: SQLite; \
                      yellow: GLib; grey: other libraries";

/// Whose code it is, by the file that it is in.
fn color(file: &str) -> Color {
    match file {
        _ if file.starts_with("[kernel") => Color::new(245, 170, 90),
        _ if file.starts_with("libmicrohttpd.so") => Color::new(130, 175, 235),
        _ if file.starts_with("libsqlite3.so") => Color::new(195, 155, 225),
        _ if file.starts_with("libglib-2.0.so") => Color::new(240, 220, 110),
        _ if file.contains(".so") || file.ends_with(".map") || file.starts_with('[') => Color::new(205, 205, 205),
        _ => Color::new(130, 205, 120),
    }
}

/// A function's name without what its compiler added. What has none is called as its file is, without the version. Of
/// the kernel's layers of one function, such as `__x64_sys_sendmsg`, `__sys_sendmsg` and `___sys_sendmsg`, one name is
/// left.
fn short(name: &str) -> String {
    if name.starts_with('[') {
        return match name.split_once(".so.") {
            Some((library, _)) => format!("{}]", library),
            // Machine code that was made while the process ran, whose number the file has in its name.
            None if name.starts_with("[perf-") => "[compiled later]".to_string(),
            None => name.to_string(),
        };
    }
    let (name, kernel) = match name.strip_suffix(KERNEL) {
        Some(name) => (name.trim_start_matches('_').trim_start_matches("x64_"), KERNEL),
        None => (name, ""),
    };
    let end = ADDED.iter().filter_map(|added| name.find(added)).min();
    format!("{}{}", &name[..end.unwrap_or(name.len())], kernel)
}

/// Notes the colours of all functions in lines such as `7f52 sqlite3_step+0x13e (/usr/lib/libsqlite3.so.0.8.6)`.
fn paint(samples: &str, palette: &mut PaletteMap) {
    for line in samples.lines().filter(|line| line.starts_with(char::is_whitespace)) {
        let mut parts = line.trim().splitn(2, ' ').skip(1).flat_map(|rest| rest.rsplitn(2, " ("));
        let (path, function) = match (parts.next(), parts.next()) {
            (Some(path), Some(function)) => (path.trim_end_matches(')'), function),
            _ => continue,
        };
        let file = path.rsplit('/').next().unwrap_or(path);
        let name = function.rsplit_once("+0x").map_or(function, |(name, _)| name);
        for name in [name.to_string(), format!("{}{}", name, KERNEL), format!("[{}]", file)] {
            palette.insert(short(&name), color(file));
        }
    }
}

/// One process's stacks, without what says nothing, below the name that is given.
fn fold(name: &str, samples: &str, folded: &mut BTreeMap<String, usize>) -> Result<(), Box<dyn Error>> {
    let mut options = perf::Options::default();
    options.annotate_kernel = true;
    options.nthreads = 1;
    let mut stacks = Vec::new();
    perf::Folder::from(options).collapse(samples.as_bytes(), &mut stacks)?;
    for line in String::from_utf8(stacks)?.lines() {
        let (stack, count) = line.rsplit_once(' ').ok_or("a stack without a count")?;
        *folded.entry(format!("{};{}", name, shorten(stack))).or_default() += count.parse::<usize>()?;
    }
    Ok(())
}

fn shorten(stack: &str) -> String {
    let mut frames: Vec<String> = stack.split(';').map(short).collect();
    frames.retain(|frame| !PRELUDES.contains(&frame.as_str()));
    frames.dedup();
    let mut kernel = 0;
    frames.retain(|frame| {
        kernel += usize::from(frame.ends_with(KERNEL));
        kernel <= KERNEL_DEPTH
    });
    frames.join(";")
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (title, path, processes) = match &arguments[..] {
        [title, path, processes @ ..] if !processes.is_empty() => (title, path, processes),
        _ => return Err("usage: flame-graph TITLE FOLDED NAME=SAMPLES...".into()),
    };
    let (mut folded, mut palette) = (BTreeMap::new(), PaletteMap::default());
    for process in processes {
        let (name, path) = process.split_once('=').ok_or("NAME=SAMPLES is needed")?;
        let samples = String::from_utf8_lossy(&fs::read(path)?).into_owned();
        paint(&samples, &mut palette);
        palette.insert(name, GROUND);
        fold(name, &samples, &mut folded)?;
    }
    let folded: Vec<String> = folded.into_iter().map(|(stack, count)| format!("{} {}", stack, count)).collect();
    fs::write(path, folded.join("\n") + "\n")?;

    // Which threads there are, and what is below all: no functions.
    for name in folded.iter().filter_map(|stack| stack.split(';').nth(1)).chain([""]) {
        palette.insert(name, GROUND);
    }

    let mut options = Options::default();
    options.title = title.clone();
    options.subtitle = Some(LEGEND.to_string());
    options.image_width = Some(WIDTH);
    options.font_width = LETTER;
    options.min_width = NARROWEST_PERCENT;
    options.text_truncate_direction = TextTruncateDirection::Right;
    options.bgcolors = Some(BackgroundColor::Flat(Color::new(255, 255, 255)));
    options.palette_map = Some(&mut palette);
    from_lines(&mut options, folded.iter().map(String::as_str), io::stdout().lock())?;
    Ok(())
}
