//! The `ipc-gen` command: generates Rust from Cap'n Proto schemas.

mod diff;
mod stale;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

/// Generates typed Rust proxies and adapters from Cap'n Proto schemas.
///
/// The output is a module tree, to be kept with a crate's source. What a schema imports is generated
/// too. The environment variable CAPNP names a `capnp` command to run instead of the built-in schema
/// compiler.
#[derive(Debug, Parser)]
#[command(
    name = "ipc-gen",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

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

    /// Put a Rust type of your own in the place of the schema's: `BlockRef.hash=crate::BlockHash`, or
    /// `BlockRef.hash=::bitcoin::BlockHash with crate::convert::block_hash`. Can be given several times.
    #[arg(long = "type", value_name = "SELECTOR=TYPE", value_parser = type_override)]
    type_overrides: Vec<(String, String)>,

    /// Write to this folder.
    #[arg(short, long = "output", value_name = "DIR", default_value = ".")]
    output: PathBuf,

    /// Write nothing; fail with a diff if the output folder is not up to date.
    #[arg(long)]
    check: bool,

    /// Further schemas that know nothing of the others, such as another version with the same ids. Can
    /// be given several times; each set needs a folder of its own.
    #[arg(long = "set", value_name = "FILE", num_args = 1..)]
    sets: Vec<PathBuf>,

    /// What to make of the schemas. A request is what `capnp compile -o-` writes, and goes to the standard output.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t, conflicts_with_all = ["check", "sets"])]
    emit: Emit,

    /// Generate from a request that another schema compiler has made: a file, or `-` for the standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "sets", "emit"])]
    request: Option<PathBuf>,

    /// The schemas.
    #[arg(value_name = "FILE", required_unless_present_any = ["sets", "request"])]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Emit {
    #[default]
    Rust,
    Request,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tells what breaks on the wire between two versions of schemas.
    ///
    /// Exits with 0 if peers of the two versions understand each other, with 1 if not, and with 2 if a
    /// version cannot be read.
    Diff(DiffArguments),
}

#[derive(Debug, Args)]
struct DiffArguments {
    /// Look up imports of both versions that begin with `/` in this folder. Can be given several times.
    #[arg(short = 'I', long = "import-path", value_name = "DIR")]
    import_paths: Vec<PathBuf>,

    /// The same for the old version only, and before the other folders.
    #[arg(long = "old-import-path", value_name = "DIR")]
    old_import_paths: Vec<PathBuf>,

    /// The same for the new version only, and before the other folders.
    #[arg(long = "new-import-path", value_name = "DIR")]
    new_import_paths: Vec<PathBuf>,

    /// The old version: a schema with all that it imports, or a folder of schemas.
    old: PathBuf,

    /// The new version.
    new: PathBuf,
}

impl Arguments {
    /// Reads the arguments of the process: what they say, and the schemas of each set.
    fn read() -> Result<(Self, Vec<Vec<PathBuf>>), clap::Error> {
        let matches = Self::command().try_get_matches()?;
        let arguments = Self::from_arg_matches(&matches)?;
        let mut sets: Vec<Vec<PathBuf>> = Vec::new();
        if !arguments.files.is_empty() {
            sets.push(arguments.files.clone());
        }
        let occurrences = matches.get_occurrences::<PathBuf>("sets");
        sets.extend(
            occurrences
                .into_iter()
                .flatten()
                .map(|set| set.cloned().collect()),
        );
        Ok((arguments, sets))
    }
}

fn main() -> ExitCode {
    let (arguments, sets) = match Arguments::read() {
        Ok(read) => read,
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
    if let Some(Command::Diff(arguments)) = &arguments.command {
        return diff(arguments);
    }
    match run(&arguments, &sets) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
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

fn mapping(text: &str) -> Result<(String, String), String> {
    let (file, path) = text
        .split_once('=')
        .ok_or("give the schema's file and the module's path with `=` between")?;
    Ok((file.to_owned(), path.to_owned()))
}

fn type_override(text: &str) -> Result<(String, String), String> {
    let (selector, ty) = text
        .split_once('=')
        .ok_or("give what to override and the Rust type with `=` between")?;
    Ok((selector.to_owned(), ty.to_owned()))
}

fn run(arguments: &Arguments, sets: &[Vec<PathBuf>]) -> Result<ExitCode, ipc_gen::Error> {
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
    for (selector, ty) in &arguments.type_overrides {
        builder = builder.type_override(selector, ty);
    }
    if arguments.emit == Emit::Request {
        return Ok(write_request(&builder.request(&arguments.files)?));
    }
    let files = match &arguments.request {
        Some(path) => match read_request(path) {
            Ok(request) => builder.generate_request(&request)?,
            Err(error) => {
                let path = path.display();
                eprintln!("{path}: error: cannot read the request: {error}");
                return Ok(ExitCode::FAILURE);
            }
        },
        None => {
            let sets: Vec<_> = sets.iter().map(Vec::as_slice).collect();
            builder.generate_sets(&sets)?
        }
    };
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

fn diff(arguments: &DiffArguments) -> ExitCode {
    let mut diff = ipc_gen::Diff::new(&arguments.old, &arguments.new);
    for folder in &arguments.old_import_paths {
        diff = diff.old_import_path(folder);
    }
    for folder in &arguments.new_import_paths {
        diff = diff.new_import_path(folder);
    }
    for folder in &arguments.import_paths {
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_arguments_are_well_formed() {
        use clap::CommandFactory;

        super::Arguments::command().debug_assert();
    }
}
