//! Whose processes may connect, and whose servers are connected to.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use ipc_runtime::{AllowedUsers, Exception, ExceptionKind, Ipc, Process, ServerUsers};
use ipc_tests::our_partner::{OurPartner, Shared};
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::Peer;
use tempfile::TempDir;

use crate::support::{address, directory, soon};

const ACTOR: &str = env!("CARGO_BIN_EXE_actor");
const NOBODY: u32 = 65_534;

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// A directory that everybody may use, and a program in it that everybody may run; none if this process may not
/// run it as somebody else.
fn open_directory() -> Option<(TempDir, PathBuf)> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root can start a process of another user");
        return None;
    }
    let directory = directory();
    set_mode(directory.path(), 0o777);
    let program = directory.path().join("actor");
    // By another process: a child that this one forks meanwhile would keep the file open for writing.
    let copied = std::process::Command::new("cp")
        .args([Path::new(ACTOR), &program])
        .status();
    assert!(copied.unwrap().success());
    set_mode(&program, 0o777);
    Some((directory, program))
}

/// Starts it as another user.
fn as_nobody(program: &Path, arguments: &[&str]) -> Peer {
    let mut command = std::process::Command::new(program);
    command.args(arguments).uid(NOBODY).gid(NOBODY);
    Peer::run("nobody", command.into())
}

/// A process of another user calls, which the socket's directory and file let through.
async fn call_as_nobody(users: AllowedUsers) -> Option<(bool, Vec<String>)> {
    let (directory, program) = open_directory()?;
    let ipc = Ipc::builder().allowed_users(users).build().unwrap();
    let shared = Shared::default();
    let partner = OurPartner::new(&ipc, &shared);
    let address = address(&directory);
    let listener = ipc.listen_address(&address, partner).await.unwrap();
    set_mode(&directory.path().join("test.sock"), 0o777);
    let client = as_nobody(&program, &["call", &listener.address(), "blob"]);
    let (status, lines, report) = client.finish().await;
    assert!(!lines.is_empty(), "{report}");
    Some((status.success(), lines))
}

#[tokio::test]
async fn another_user_is_refused() {
    let Some((success, lines)) = call_as_nobody(AllowedUsers::Own).await else {
        return;
    };
    assert!(!success, "{lines:?}");
    assert!(
        lines[0].contains("the peer closed the connection"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn another_user_is_let_in_if_it_is_listed() {
    for users in [AllowedUsers::Listed(vec![NOBODY]), AllowedUsers::Anyone] {
        let Some((success, lines)) = call_as_nobody(users).await else {
            return;
        };
        assert!(success, "{lines:?}");
    }
}

#[tokio::test]
async fn sockets_for_others_can_be_opened_by_others() {
    let directory = directory();
    let ipc = Ipc::builder().allowed_users(AllowedUsers::Listed(vec![]));
    let bound = Process.bind(&address(&directory), ipc.build().unwrap().context());
    let metadata = std::fs::metadata(directory.path().join("test.sock")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o666);
    drop(bound);
}

/// Calls the server at an address, if it is trusted.
async fn call(address: &str, servers: ServerUsers) -> Result<(), Exception> {
    let ipc = Ipc::builder().server_users(servers).build().unwrap();
    let partner: PartnerProxy = soon(ipc.connect_address(address)).await?;
    soon(partner.blob([1])).await.map(drop)
}

#[tokio::test]
async fn a_server_of_another_user() {
    let Some((directory, program)) = open_directory() else {
        return;
    };
    let address = address(&directory);
    let mut server = as_nobody(&program, &["serve", &address]);
    server.line(&["ready"]).await;

    // Anybody could have put its socket there.
    let refused = call(&address, ServerUsers::default()).await.unwrap_err();
    assert_eq!(refused.kind(), ExceptionKind::Failed);
    assert_eq!(
        refused.message(),
        format!(
            "not connected to {address}: user {NOBODY} listens there, where everybody can put a socket; if that \
             is the server that you mean, allow it with IpcBuilder::server_users"
        )
    );
    for servers in [ServerUsers::Listed(vec![NOBODY]), ServerUsers::Anyone] {
        call(&address, servers).await.unwrap();
    }
    let refused = call(&address, ServerUsers::Listed(vec![1]));
    refused.await.unwrap_err();

    // Its directory is for a few users, or for it alone.
    set_mode(directory.path(), 0o775);
    call(&address, ServerUsers::default()).await.unwrap();
    let refused = call(&address, ServerUsers::Own).await.unwrap_err();
    let expected = format!("user {NOBODY} listens there; if");
    assert!(refused.message().contains(&expected), "{refused}");
    set_mode(directory.path(), 0o777);
    chown(directory.path(), Some(NOBODY), None).unwrap();
    call(&address, ServerUsers::default()).await.unwrap();

    let (status, _, report) = server.finish().await;
    assert!(status.success(), "{report}");
}
