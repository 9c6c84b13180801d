//! Addresses, in the forms that Bitcoin Core's `-ipcbind` and `-ipcconnect` take.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::context::Context;
use crate::exception::Exception;

/// The size of `sun_path`, which holds a final zero byte too.
const MAX_PATH: usize = if cfg!(any(target_os = "linux", target_os = "android")) {
    108
} else {
    104
};

/// Whether an address says that there may be nobody to connect to.
pub(crate) fn may_be_nobody(address: &str) -> bool {
    matches!(address, "" | "0" | "auto")
}

/// The path of the socket that `address` names.
///
/// `unix` and `unix:` mean `<data dir>/<program without "bitcoin-">.sock`; `unix:PATH` means `PATH`,
/// starting from the data directory unless it is absolute.
///
/// # Errors
///
/// Another form of address, or a path too long for a socket.
pub(crate) fn socket_path(address: &str, context: &Context) -> Result<PathBuf, Exception> {
    match address {
        "unix" | "unix:" => default_path(context),
        _ => match address.strip_prefix("unix:") {
            Some(path) => fitting(context.data_dir.join(path)),
            None => Err(Exception::failed(format_args!(
                "Unrecognized address '{address}': use unix, unix:PATH or unix:/ABSOLUTE/PATH"
            ))),
        },
    }
}

/// The path of the socket that is named after this program.
///
/// # Errors
///
/// It is too long for a socket.
pub(crate) fn default_path(context: &Context) -> Result<PathBuf, Exception> {
    let exe = context.exe_name.as_str();
    let name = exe.strip_prefix("bitcoin-").unwrap_or(exe);
    fitting(context.data_dir.join(format!("{name}.sock")))
}

fn fitting(path: PathBuf) -> Result<PathBuf, Exception> {
    if path.as_os_str().len() >= MAX_PATH {
        return Err(Exception::failed(format_args!(
            "Unix address path {path:?} exceeded maximum socket path length ({} bytes)",
            MAX_PATH - 1
        )));
    }
    // A path that begins with one would name an abstract socket, which no file mode protects.
    if path.as_os_str().as_bytes().contains(&0) {
        return Err(Exception::failed(format_args!(
            "Unix address path {path:?} contains a zero byte"
        )));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(address: &str) -> Result<PathBuf, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let ipc = crate::Ipc::builder()
            .runtime(runtime.handle().clone())
            .exe_name("bitcoin-node")
            .data_dir("/data/regtest")
            .build()
            .unwrap();
        socket_path(address, ipc.context()).map_err(|exception| exception.to_string())
    }

    #[test]
    fn upstream_22_every_form_names_its_path() {
        for (address, path) in [
            ("unix", "/data/regtest/node.sock"),
            ("unix:", "/data/regtest/node.sock"),
            ("unix:path.sock", "/data/regtest/path.sock"),
            ("unix:/run/x.sock", "/run/x.sock"),
        ] {
            assert_eq!(parse(address).as_deref(), Ok(Path::new(path)));
        }
    }

    #[test]
    fn refuses_other_forms() {
        for address in [
            "",
            "0",
            "auto",
            "invalid",
            "invalid:",
            "unixx",
            "tcp:127.0.0.1",
        ] {
            let message = parse(address).unwrap_err();
            assert!(message.starts_with("Unrecognized address"), "{message}");
        }
    }

    #[test]
    fn refuses_a_zero_byte() {
        let message = parse("unix:a\0b").unwrap_err();
        assert!(message.contains("contains a zero byte"), "{message}");
    }

    #[test]
    fn upstream_22_refuses_a_long_path() {
        let room = MAX_PATH - "/data/regtest/".len();
        assert!(parse(&format!("unix:{}", "x".repeat(room - 1))).is_ok());
        assert!(parse(&format!("unix:{}", "x".repeat(room))).is_err());
        let message = parse(&format!("unix:{}", "x".repeat(108))).unwrap_err();
        assert!(
            message.contains("exceeded maximum socket path length"),
            "{message}"
        );
    }
}
