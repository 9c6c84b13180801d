//! `ipc doctor`: what is wrong with a node's socket.

mod checks;
mod socket;

use std::process::ExitCode;

use ipc_runtime::Ipc;
use serde_json::json;

use crate::args::Reach;
use crate::failure::Failure;
use crate::interrupt::{interrupted, unless_interrupted};
use crate::output::{Format, Output, Read};
use checks::Findings;

/// Looks at one thing after the other, each of which needs those before it. Ends with 1 if one of them is not well.
pub(crate) async fn run(reach: Reach, ipc: &Ipc, output: Output) -> Result<ExitCode, Failure> {
    let address = reach.node().socket()?;
    let mut findings = Findings::new(match output.0 {
        Format::Human => Some(output),
        Format::Json => None,
    });
    let examined = async {
        if findings.show_address(&address)? == Read::NoMore {
            return Ok(());
        }
        if socket::examine(&address, &mut findings)? {
            checks::examine(&reach, ipc, &mut findings).await?;
        }
        Ok::<_, Failure>(())
    };
    match unless_interrupted(examined).await {
        Some(examined) => examined?,
        None => return Ok(interrupted()),
    }
    if output.0 == Format::Json {
        let json =
            json!({ "address": address, "well": findings.well(), "checks": findings.json() });
        let _ = output.show(&json, "")?;
    }
    Ok(ExitCode::from(u8::from(!findings.well())))
}
