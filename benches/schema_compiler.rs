//! `cargo bench -p ipc-benches --bench schema_compiler`: our schema compiler beside the official one.
//!
//! Both make requests of all schemas in `schema/`: ours inside of this program, from files to bytes, and
//! the official one as a process, if there is a `capnp`. After that come interfaces of growing numbers of
//! methods, where the time for one should stay the same. The fastest of some rounds counts.
//!
//! With `--profile dev`, ours is what a debug build script runs: nothing of it is optimised.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SIZES: [usize; 4] = [1_250, 2_500, 5_000, 10_000];
const ROUNDS: usize = 10;

/// The folders of `schema/`, whose files share their ids with each other's.
const SETS: [&str; 4] = ["v30", "v31", "v32", "multiprocess"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let root = root.canonicalize()?;
    let mut sets = Vec::new();
    for set in SETS {
        sets.push(schemas(&root.join(set))?);
    }
    let count: usize = sets.iter().map(Vec::len).sum();
    println!("| {count} schemas of `schema/` | time |");
    println!("|---|---|");
    let time = best(|| {
        sets.iter()
            .try_for_each(|files| ours(&root, files).map(drop))
    })?;
    println!("| ours, {} | {} |", build(), milliseconds(time));
    match best(|| sets.iter().try_for_each(|files| official(&root, files))) {
        Ok(official) => {
            let processes = sets.len();
            println!(
                "| the official one, as {processes} processes | {} |",
                milliseconds(official)
            );
            let ratio = time.as_secs_f64() / official.as_secs_f64();
            println!("| ours to the official one | {ratio:.2} |");
        }
        Err(error) => println!("| the official one | cannot be run: {error} |"),
    }

    println!("\n| methods of an interface | time | a method |\n|---|---|---|");
    let folder = tempfile::tempdir()?;
    for size in SIZES {
        let file = folder.path().join(format!("methods{size}.capnp"));
        std::fs::write(&file, interface(size))?;
        let time = best(|| ours(folder.path(), std::slice::from_ref(&file)).map(drop))?;
        let each = time.as_secs_f64() * 1e6 / size as f64;
        println!("| {size} | {} | {each:.2} µs |", milliseconds(time));
    }
    Ok(())
}

/// How this program was built.
fn build() -> &'static str {
    if cfg!(debug_assertions) {
        "a debug build"
    } else {
        "a release build"
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The fastest of some rounds.
fn best(mut work: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        work()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

fn schemas(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "capnp") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn ours(root: &Path, files: &[PathBuf]) -> Result<Vec<u8>, Box<dyn Error>> {
    let builder = ipc_gen::Builder::new().src_prefix(root);
    Ok(builder.request(files)?)
}

fn official(root: &Path, files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let status = Command::new("capnp")
        .args(["compile", "-o-", "-I"])
        .arg(root)
        .arg("-I")
        .arg(root.join("../ipc-gen/include"))
        .arg(format!("--src-prefix={}", root.display()))
        .args(files)
        .stdout(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("it has failed".into())
    }
}

/// An interface of so many methods.
fn interface(methods: usize) -> String {
    let mut text = "@0xf1b2c3d4e5f60002;\ninterface Large {\n".to_owned();
    for index in 0..methods {
        let _ = writeln!(
            text,
            "  method{index} @{index} (name :Text, count :UInt32 = {index}) -> (result :Data);\n  \
             # Does number {index}."
        );
    }
    text.push_str("}\n");
    text
}
