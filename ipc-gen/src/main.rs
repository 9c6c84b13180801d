//! The `ipc-gen` command: generates Rust from Cap'n Proto schemas.

mod arguments;
mod diff;
mod export;
mod stale;

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use arguments::{Diff, Generate, Task};

fn main() -> ExitCode {
    match arguments::read(std::env::args_os().skip(1)) {
        Ok(Task::Say(text)) => {
            // Where nobody reads what we say, there is nobody to tell.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Ok(Task::Diff(task)) => diff(&task),
        Ok(Task::Export(task)) => export::run(&task),
        Ok(Task::Generate(task)) => generate(&task).unwrap_or_else(|error| {
            eprintln!("{error}");
            ExitCode::FAILURE
        }),
        Err(error) => {
            let first = std::env::args_os().nth(1).unwrap_or_default();
            let (name, code) = match first.to_str() {
                Some("diff") => ("ipc-gen diff", 2),
                Some("export") => ("ipc-gen export", 1),
                _ => ("ipc-gen", 1),
            };
            eprintln!("error: {error}\n  help: `{name} --help` says what can be given");
            ExitCode::from(code)
        }
    }
}

/// Reads a request from a file, or from the standard input.
fn read_request(path: &Path) -> std::io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut request = Vec::new();
        std::io::stdin().lock().read_to_end(&mut request)?;
        return Ok(request);
    }
    std::fs::read(path)
}

/// Writes a request to the standard output.
fn write_request(request: &[u8]) -> ExitCode {
    let mut output = std::io::stdout().lock();
    match output.write_all(request).and_then(|()| output.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write the request: {error}");
            ExitCode::FAILURE
        }
    }
}

fn generate(task: &Generate) -> Result<ExitCode, ipc_gen::Error> {
    let mut builder = ipc_gen::Builder::new();
    for folder in &task.src_prefixes {
        builder = builder.src_prefix(folder);
    }
    for folder in &task.import_paths {
        builder = builder.import_path(folder);
    }
    builder = (builder.serde(task.serde))
        .json_rpc(task.json_rpc)
        .bitcoin_types(task.bitcoin_types);
    if task.json_rpc_in_snake_case {
        builder = builder.json_rpc_in_snake_case();
    }
    for (file, path) in &task.extern_modules {
        builder = builder.extern_module(file, path);
    }
    for selector in &task.nullable {
        builder = builder.nullable(selector);
    }
    for selector in &task.partial {
        builder = builder.partial(selector);
    }
    for (selector, ty) in &task.type_overrides {
        builder = builder.type_override(selector, ty);
    }
    if task.emit_request {
        return Ok(write_request(&builder.request(&task.sets.concat())?));
    }
    let files = match &task.request {
        Some(path) => match read_request(path) {
            Ok(request) => builder.generate_request(&request)?,
            Err(error) => {
                let path = path.display();
                eprintln!("{path}: error: cannot read the request: {error}");
                return Ok(ExitCode::FAILURE);
            }
        },
        None => {
            let sets: Vec<_> = task.sets.iter().map(Vec::as_slice).collect();
            builder.generate_sets(&sets)?
        }
    };
    if !task.check {
        ipc_gen::write(&task.output, &files)?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = stale::report(&task.output, &files);
    if report.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    print!("{report}");
    eprintln!(
        "{}: error: the generated code is not up to date\n  help: run the same command without --check",
        task.output.display()
    );
    Ok(ExitCode::FAILURE)
}

fn diff(task: &Diff) -> ExitCode {
    let mut diff = ipc_gen::Diff::new(&task.old, &task.new);
    for folder in &task.old_import_paths {
        diff = diff.old_import_path(folder);
    }
    for folder in &task.new_import_paths {
        diff = diff.new_import_path(folder);
    }
    for folder in &task.import_paths {
        diff = diff.import_path(folder);
    }
    match diff.run() {
        Ok(report) => {
            print!("{report}");
            ExitCode::from(u8::from(report.breaks()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
