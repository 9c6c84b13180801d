//! The file of a socket, and whether somebody listens.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;

use rustix::process::geteuid;

use super::checks::{Finding, Findings};
use crate::failure::Failure;

/// Whether there is a socket that somebody listens on.
pub(super) fn examine(address: &str, findings: &mut Findings) -> Result<bool, Failure> {
    let path = address.strip_prefix("unix:").unwrap_or(address);
    let metadata = std::fs::metadata(path);
    let finding = match &metadata {
        Ok(found) if found.file_type().is_socket() => Finding::well("socket", described(found)),
        Ok(_) => Finding::ill(
            "socket",
            "the file is no socket",
            "name the socket: node.sock in the folder of the network, unless -ipcbind says otherwise",
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => Finding::ill(
            "socket",
            "there is none at this path",
            "start the node as `bitcoin-node -ipcbind=unix` (`bitcoin -m node -ipcbind=unix`), and name its \
             --datadir and --network",
        ),
        Err(error) => Finding::ill(
            "socket",
            error.to_string(),
            "make the folders above it accessible to this user",
        ),
    };
    if !findings.add(finding)? {
        return Ok(false);
    }
    let finding = match UnixStream::connect(path) {
        Ok(_) => Finding::well("listener", "somebody listens"),
        Err(error) => {
            let advice = match error.kind() {
                ErrorKind::ConnectionRefused => {
                    "the node that made the socket has gone: start it again".to_owned()
                }
                ErrorKind::PermissionDenied => match &metadata {
                    Ok(found) => format!(
                        "run this as user {}, who owns the socket, or let this user write to it",
                        found.uid()
                    ),
                    Err(_) => "run this as the user who owns the socket".to_owned(),
                },
                ErrorKind::WouldBlock => {
                    "the node accepts nobody, or too many connect at once: try again".to_owned()
                }
                _ => "look at what the system says".to_owned(),
            };
            Finding::ill("listener", error.to_string(), advice)
        }
    };
    findings.add(finding)
}

fn described(found: &Metadata) -> String {
    const PERMISSIONS: u32 = 0o777;
    const OTHERS: u32 = 0o022;

    let mode = found.mode() & PERMISSIONS;
    let ours = match found.uid() == geteuid().as_raw() {
        true => ", which is this one",
        false => "",
    };
    let open = match mode & OTHERS {
        0 => "",
        _ => "; others may connect, too",
    };
    format!("mode {mode:04o}, of user {}{ours}{open}", found.uid())
}
