//! `ipc schema`: what `ipc-gen` does with schemas.

use std::process::ExitCode;

use ipc_gen::{Diff, Export};
use serde_json::json;

use crate::args::Schema;
use crate::failure::Failure;
use crate::output::{Format, Output, print};

/// Ends with 1 if peers are broken.
pub(crate) fn run(arguments: Schema, output: Output) -> Result<ExitCode, Failure> {
    match arguments {
        Schema::Diff {
            old,
            new,
            import_paths,
        } => {
            let diff = import_paths
                .iter()
                .fold(Diff::new(old, new), |diff, folder| diff.import_path(folder));
            let report = diff.run().map_err(Failure::usage)?;
            let _ = match output.0 {
                Format::Human => print(&report.to_string())?,
                Format::Json => print(&format!(
                    "{}\n",
                    json!({ "breaks": report.breaks(), "report": report.to_string() })
                ))?,
            };
            Ok(ExitCode::from(u8::from(report.breaks())))
        }
        Schema::Export { files, kept } => {
            let mut export = Export::new(&files);
            if let Some(kept) = kept {
                export = export.kept(kept);
            }
            let exported = export.run().map_err(Failure::usage)?;
            if let Some(report) = exported.report().filter(|report| report.breaks()) {
                return Err(Failure::failed(format!("{report}"))
                    .advice("the Rust code breaks peers that have this schema: undo the change"));
            }
            let _ = match output.0 {
                Format::Human => print(exported.schema())?,
                Format::Json => print(&format!("{}\n", json!({ "schema": exported.schema() })))?,
            };
            Ok(ExitCode::SUCCESS)
        }
    }
}
