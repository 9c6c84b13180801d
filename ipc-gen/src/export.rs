//! `ipc-gen export`: writes the schema of Rust traits.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::arguments::Export;
use crate::diff::unified;

pub(crate) fn run(task: &Export) -> ExitCode {
    let mut export = ipc_gen::Export::new(&task.files);
    if let Some(output) = &task.output {
        export = export.kept(output);
    }
    let exported = match export.run() {
        Ok(exported) => exported,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let Some(output) = &task.output else {
        // Where nobody reads what we say, there is nobody to tell.
        let _ = std::io::stdout().write_all(exported.schema().as_bytes());
        return ExitCode::SUCCESS;
    };
    if let Some(report) = exported
        .report()
        .filter(|report| report.breaks() && !task.breaking)
    {
        print!("{report}");
        eprintln!(
            "{}: error: the Rust code breaks peers that have this schema\n  help: undo the change, or give the \
             changed declaration another name and id; `--break` writes the file anyway",
            output.display()
        );
        return ExitCode::FAILURE;
    }
    write(task, output, exported.schema())
}

fn write(task: &Export, output: &Path, schema: &str) -> ExitCode {
    let shown = output.display();
    let present = std::fs::read_to_string(output).unwrap_or_default();
    if present == schema {
        return ExitCode::SUCCESS;
    }
    if task.check {
        print!("{}", unified(&shown.to_string(), &present, schema));
        eprintln!(
            "{shown}: error: the schema is not up to date\n  help: run the same command without --check"
        );
        return ExitCode::FAILURE;
    }
    match std::fs::write(output, schema) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{shown}: error: cannot write the schema: {error}");
            ExitCode::FAILURE
        }
    }
}
