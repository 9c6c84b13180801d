//! What the command is told by its arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;
use lexopt::{Error, Parser};

/// What `--help` says.
pub(crate) const HELP: &str = "\
Generates typed Rust proxies and adapters from Cap'n Proto schemas.

The output is a module tree, to be kept with a crate's source. What a schema imports is generated too. The
environment variable CAPNP names a `capnp` command to run instead of the built-in schema compiler.

Usage: ipc-gen [OPTIONS] <FILE>...
       ipc-gen diff [OPTIONS] <OLD> <NEW>    what breaks on the wire between two versions
       ipc-gen export [OPTIONS] <FILE>...    the schema of Rust traits that have none

Arguments:
  <FILE>...  The schemas

Options:
  -I, --import-path <DIR>  Look up imports that begin with `/` in this folder, before the source prefixes *
      --src-prefix <DIR>   Name modules after the path below this folder *
  -o, --output <DIR>       Write to this folder [default: .]
      --check              Write nothing; fail with a diff if the output folder is not up to date
      --set <FILE>...      Further schemas that know nothing of the others, such as another version with the
                           same ids; each set needs a folder of its own *
      --serde              Derive serde's traits on structs, unions and enums
      --json-rpc           Generate JSON-RPC too, for a crate that depends on `ipc-json-rpc`
      --json-rpc-in-snake-case
                           The same with methods that are named `block_template_wait_next`
      --extern <FILE=PATH> Generate nothing for an imported schema; refer to another crate's module *
      --nullable <SELECTOR>
                           Make this result, parameter or field optional: `Mining.waitNext.result` *
      --partial <SELECTOR>
                           Let implementations of this interface, or of those in this file, leave methods
                           out: `Wallet` *
      --type <SELECTOR=TYPE>
                           Put a Rust type of your own in the place of the schema's:
                           `BlockRef.hash=crate::BlockHash`, or
                           `BlockRef.hash=::bitcoin::BlockHash with crate::convert::block_hash` *
      --bitcoin-types      Put hashes, transactions and other types of `bitcoin-core-ipc` in the place of Data in
                           Bitcoin Core's schemas
      --emit <WHAT>        What to make of the schemas: `rust` or `request`. A request is what
                           `capnp compile -o-` writes, and goes to the standard output [default: rust]
      --request <FILE>     Generate from a request that another schema compiler has made: a file, or `-` for
                           the standard input
  -h, --help               Say this
  -V, --version            Say which version this is

* can be given several times
";

/// What `diff --help` says.
pub(crate) const DIFF_HELP: &str = "\
Tells what breaks on the wire between two versions of schemas.

Exits with 0 if peers of the two versions understand each other, with 1 if not, and with 2 if a version cannot
be read.

Usage: ipc-gen diff [OPTIONS] <OLD> <NEW>

Arguments:
  <OLD>  The old version: a schema with all that it imports, or a folder of schemas
  <NEW>  The new version

Options:
  -I, --import-path <DIR>      Look up imports of both versions that begin with `/` in this folder *
      --old-import-path <DIR>  The same for the old version only, and before the other folders *
      --new-import-path <DIR>  The same for the new version only, and before the other folders *
  -h, --help                   Say this

* can be given several times
";

/// What `export --help` says.
pub(crate) const EXPORT_HELP: &str = "\
Writes the schema of Rust traits and types that are their own source, for peers in other languages.

These are traits with `#[ipc_interface(id = 0x...)]`, and structs and enums that derive `IpcStruct` or `IpcEnum`
with `#[ipc(id = 0x...)]`. What breaks peers that have the schema as it is there is refused.

Usage: ipc-gen export [OPTIONS] <FILE>...

Arguments:
  <FILE>...  The Rust files, which make one schema together

Options:
  -o, --output <FILE>  Write to this file [default: the standard output]
      --check          Write nothing; fail with a diff if the file is not up to date
      --break          Write the file though it breaks peers that have the old one
  -h, --help           Say this
";

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task {
    /// To say something, such as the version.
    Say(String),
    Generate(Generate),
    Diff(Diff),
    Export(Export),
}

/// To generate code, or to write a request.
#[derive(Debug, Default)]
pub(crate) struct Generate {
    pub(crate) import_paths: Vec<PathBuf>,
    pub(crate) src_prefixes: Vec<PathBuf>,
    pub(crate) serde: bool,
    pub(crate) json_rpc: bool,
    pub(crate) json_rpc_in_snake_case: bool,
    pub(crate) extern_modules: Vec<(String, String)>,
    pub(crate) nullable: Vec<String>,
    pub(crate) partial: Vec<String>,
    pub(crate) type_overrides: Vec<(String, String)>,
    pub(crate) bitcoin_types: bool,
    pub(crate) output: PathBuf,
    pub(crate) check: bool,
    pub(crate) emit_request: bool,
    pub(crate) request: Option<PathBuf>,
    /// The schemas of each set.
    pub(crate) sets: Vec<Vec<PathBuf>>,
}

/// To compare two versions.
#[derive(Debug, Default)]
pub(crate) struct Diff {
    pub(crate) import_paths: Vec<PathBuf>,
    pub(crate) old_import_paths: Vec<PathBuf>,
    pub(crate) new_import_paths: Vec<PathBuf>,
    pub(crate) old: PathBuf,
    pub(crate) new: PathBuf,
}

/// To write the schema of Rust traits.
#[derive(Debug, Default)]
pub(crate) struct Export {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) output: Option<PathBuf>,
    pub(crate) check: bool,
    pub(crate) breaking: bool,
}

/// Reads arguments, without the name of the program.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Task, Error> {
    let mut arguments = arguments.into_iter().peekable();
    if arguments.next_if(|first| first == "diff").is_some() {
        return diff(Parser::from_args(arguments));
    }
    if arguments.next_if(|first| first == "export").is_some() {
        return export(Parser::from_args(arguments));
    }
    generate(Parser::from_args(arguments))
}

fn generate(mut parser: Parser) -> Result<Task, Error> {
    let mut task = Generate {
        output: ".".into(),
        ..Generate::default()
    };
    let mut files: Vec<PathBuf> = Vec::new();
    let mut emit = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('I') | Long("import-path") => task.import_paths.push(parser.value()?.into()),
            Long("src-prefix") => task.src_prefixes.push(parser.value()?.into()),
            Short('o') | Long("output") => task.output = parser.value()?.into(),
            Long("check") => task.check = true,
            Long("set") => task
                .sets
                .push(parser.values()?.map(PathBuf::from).collect()),
            Long("serde") => task.serde = true,
            Long("json-rpc") => task.json_rpc = true,
            Long("json-rpc-in-snake-case") => task.json_rpc_in_snake_case = true,
            Long("extern") => task.extern_modules.push(pair(
                parser.value()?,
                "--extern: give the schema's file and the module's path with `=` between",
            )?),
            Long("nullable") => task.nullable.push(parser.value()?.string()?),
            Long("partial") => task.partial.push(parser.value()?.string()?),
            Long("type") => task.type_overrides.push(pair(
                parser.value()?,
                "--type: give what to override and the Rust type with `=` between",
            )?),
            Long("bitcoin-types") => task.bitcoin_types = true,
            Long("emit") => emit = Some(parser.value()?.string()?),
            Long("request") => task.request = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(Task::Say(HELP.to_owned())),
            Short('V') | Long("version") => {
                return Ok(Task::Say(format!(
                    "ipc-gen {}\n",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            Value(file) => files.push(file.into()),
            other => return Err(other.unexpected()),
        }
    }
    task.emit_request = match emit.as_deref() {
        None | Some("rust") => false,
        Some("request") => true,
        Some(other) => {
            return Err(format!("--emit makes `rust` or `request`, not `{other}`").into());
        }
    };
    let has_sets = !task.sets.is_empty();
    if !files.is_empty() {
        task.sets.insert(0, files);
    }
    let conflict = match &task {
        task if task.request.is_some() && (!task.sets.is_empty() || emit.is_some()) => {
            Some("--request goes with neither schemas nor --emit: they are in the request")
        }
        task if task.emit_request && task.check => Some("--emit=request goes without --check"),
        task if task.emit_request && has_sets => {
            Some("--emit=request goes without --set: a request holds one set")
        }
        task if task.request.is_none() && task.sets.is_empty() => {
            Some("give at least one schema: <FILE>...")
        }
        _ => None,
    };
    match conflict {
        Some(conflict) => Err(conflict.into()),
        None => Ok(Task::Generate(task)),
    }
}

fn diff(mut parser: Parser) -> Result<Task, Error> {
    let mut task = Diff::default();
    let mut versions: Vec<PathBuf> = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('I') | Long("import-path") => task.import_paths.push(parser.value()?.into()),
            Long("old-import-path") => task.old_import_paths.push(parser.value()?.into()),
            Long("new-import-path") => task.new_import_paths.push(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(Task::Say(DIFF_HELP.to_owned())),
            Value(version) => versions.push(version.into()),
            other => return Err(other.unexpected()),
        }
    }
    let [old, new] = <[PathBuf; 2]>::try_from(versions)
        .map_err(|_| "give two versions to compare: <OLD> <NEW>")?;
    task.old = old;
    task.new = new;
    Ok(Task::Diff(task))
}

fn export(mut parser: Parser) -> Result<Task, Error> {
    let mut task = Export::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('o') | Long("output") => task.output = Some(parser.value()?.into()),
            Long("check") => task.check = true,
            Long("break") => task.breaking = true,
            Short('h') | Long("help") => return Ok(Task::Say(EXPORT_HELP.to_owned())),
            Value(file) => task.files.push(file.into()),
            other => return Err(other.unexpected()),
        }
    }
    if task.files.is_empty() {
        return Err("give at least one Rust file: <FILE>...".into());
    }
    if task.check && task.output.is_none() {
        return Err("--check needs the file to look at: --output <FILE>".into());
    }
    if task.check && task.breaking {
        return Err("--check writes nothing, so --break means nothing to it".into());
    }
    Ok(Task::Export(task))
}

/// What stands before and after the first `=`.
fn pair(value: OsString, expected: &'static str) -> Result<(String, String), Error> {
    let text = value.string()?;
    let (one, other) = text.split_once('=').ok_or(expected)?;
    Ok((one.to_owned(), other.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{DIFF_HELP, EXPORT_HELP, Generate, HELP, Task, read};

    fn arguments(text: &str) -> Result<Task, String> {
        let words = text.split_whitespace().map(Into::into);
        read(words).map_err(|error| error.to_string())
    }

    fn generate(text: &str) -> Generate {
        match arguments(text) {
            Ok(Task::Generate(task)) => task,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn values_stand_beside_options_or_apart() {
        for text in ["-Ia --output=o f", "-I a -o o f", "f --import-path=a -oo"] {
            let task = generate(text);
            assert_eq!(task.import_paths, ["a".into()] as [std::path::PathBuf; 1]);
            assert_eq!(task.output.to_str(), Some("o"));
            assert_eq!(task.sets, [["f".into()]] as [[std::path::PathBuf; 1]; 1]);
        }
    }

    #[test]
    fn json_rpc_has_names_of_two_kinds() {
        let kinds = |task: Generate| (task.json_rpc, task.json_rpc_in_snake_case);
        assert_eq!(kinds(generate("f")), (false, false));
        assert_eq!(kinds(generate("--json-rpc f")), (true, false));
        assert_eq!(kinds(generate("--json-rpc-in-snake-case f")), (false, true));
    }

    #[test]
    fn a_set_takes_all_files_up_to_the_next_option() {
        let task = generate("a b --set c d --set=e --serde f");
        let names: Vec<Vec<_>> = (task.sets.iter())
            .map(|set| set.iter().filter_map(|file| file.to_str()).collect())
            .collect();
        assert_eq!(names, [vec!["a", "b", "f"], vec!["c", "d"], vec!["e"]]);
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for (text, reason) in [
            ("", "at least one schema"),
            ("--request r a", "neither schemas"),
            ("--request r --emit request", "neither schemas"),
            ("--emit request --check a", "--check"),
            ("--emit request a --set b", "--set"),
            ("--emit c++ a", "not `c++`"),
            ("a --set", "--set"),
            ("a -o", "-o"),
            ("a --check=yes", "--check"),
            ("a --colour", "--colour"),
            ("--extern a b", "with `=` between"),
            ("diff a", "<OLD> <NEW>"),
            ("diff a b c", "<OLD> <NEW>"),
            ("diff a b --check", "--check"),
            ("export", "at least one Rust file"),
            ("export a --check", "--output"),
            ("export a -o b --check --break", "--break"),
        ] {
            let error = arguments(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn help_names_every_option() {
        let (code, _) = include_str!("arguments.rs")
            .split_once("#[cfg(test)]")
            .expect("there is code before the tests");
        let help = [HELP, DIFF_HELP, EXPORT_HELP].concat();
        let options: Vec<_> = (code.split("Long(\"").skip(1))
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(options.len() > 15, "{options:?}");
        for option in options {
            assert!(help.contains(&format!("--{option}")), "{option}");
        }
    }
}
