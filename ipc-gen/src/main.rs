//! The `ipc-gen` command: generates Rust from Cap'n Proto schemas.

mod diff;
mod stale;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Generates typed Rust proxies and adapters from Cap'n Proto schemas.
///
/// The output is a module tree, to be kept with a crate's source. What a schema imports is generated
/// too. The environment variable CAPNP names a `capnp` command to run instead of the built-in schema
/// compiler.
#[derive(Debug, Parser)]
#[command(name = "ipc-gen", version)]
struct Arguments {
    /// Look up imports that begin with `/` in this folder, before the source prefixes. Can be given several times.
    #[arg(short = 'I', long = "import-path", value_name = "DIR")]
    import_paths: Vec<PathBuf>,

    /// Name modules after the path below this folder. Can be given several times.
    #[arg(long = "src-prefix", value_name = "DIR")]
    src_prefixes: Vec<PathBuf>,

    /// Derive serde's traits on structs, unions and enums.
    #[arg(long)]
    serde: bool,

    /// Generate nothing for an imported schema; refer to another crate's module. Can be given several times.
    #[arg(long = "extern", value_name = "FILE=PATH", value_parser = mapping)]
    extern_modules: Vec<(String, String)>,

    /// Make this result, parameter or field optional: `Mining.waitNext.result`. Can be given several times.
    #[arg(long = "nullable", value_name = "SELECTOR")]
    nullable: Vec<String>,

    /// Write to this folder.
    #[arg(short, long = "output", value_name = "DIR", default_value = ".")]
    output: PathBuf,

    /// Write nothing; fail with a diff if the output folder is not up to date.
    #[arg(long)]
    check: bool,

    /// The schemas.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are asked for; anything else is a mistake.
            let code = if error.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
            // Where nobody reads what we say, the exit code has to do.
            let _ = error.print();
            return code;
        }
    };
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn mapping(text: &str) -> Result<(String, String), String> {
    let (file, path) = text
        .split_once('=')
        .ok_or("give the schema's file and the module's path with `=` between")?;
    Ok((file.to_owned(), path.to_owned()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, ipc_gen::Error> {
    let mut builder = ipc_gen::Builder::new();
    for folder in &arguments.src_prefixes {
        builder = builder.src_prefix(folder);
    }
    for folder in &arguments.import_paths {
        builder = builder.import_path(folder);
    }
    builder = builder.serde(arguments.serde);
    for (file, path) in &arguments.extern_modules {
        builder = builder.extern_module(file, path);
    }
    for selector in &arguments.nullable {
        builder = builder.nullable(selector);
    }
    let files = builder.generate(&arguments.files)?;
    if !arguments.check {
        ipc_gen::write(&arguments.output, &files)?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = stale::report(&arguments.output, &files);
    if report.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    print!("{report}");
    eprintln!(
        "{}: error: the generated code is not up to date\n  help: run the same command without --check",
        arguments.output.display()
    );
    Ok(ExitCode::FAILURE)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_arguments_are_well_formed() {
        use clap::CommandFactory;
        super::Arguments::command().debug_assert();
    }
}
