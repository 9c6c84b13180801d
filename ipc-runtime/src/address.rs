//! Addresses, in the forms that Bitcoin Core's `-ipcbind` and `-ipcconnect` take.

use std::path::PathBuf;

use crate::context::Context;
use crate::exception::Exception;

/// The size of `sun_path`, which holds a final zero byte too.
const MAX_PATH: usize = if cfg!(any(target_os = "linux", target_os = "android")) {
    108
} else {
    104
};

/// The path of the socket that `address` names.
///
/// `unix` and `unix:` mean `<data dir>/<program without "bitcoin-">.sock`; `unix:PATH` means `PATH`,
/// starting from the data directory unless it is absolute.
///
/// # Errors
///
/// Another form of address, or a path too long for a socket.
pub(crate) fn socket_path(address: &str, context: &Context) -> Result<PathBuf, Exception> {
    let path = match address
        .strip_prefix("unix")
        .map(|rest| rest.strip_prefix(':').unwrap_or(rest))
    {
        Some("") => {
            let exe = context.exe_name.as_str();
            let name = exe.strip_prefix("bitcoin-").unwrap_or(exe);
            context.data_dir.join(format!("{name}.sock"))
        }
        Some(path) if address.starts_with("unix:") => context.data_dir.join(path),
        _ => {
            return Err(Exception::failed(format_args!(
                "Unrecognized address '{address}': use unix, unix:PATH or unix:/ABSOLUTE/PATH"
            )));
        }
    };
    if path.as_os_str().len() >= MAX_PATH {
        return Err(Exception::failed(format_args!(
            "Unix address path {path:?} exceeded maximum socket path length ({} bytes)",
            MAX_PATH - 1
        )));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;

    fn parse(address: &str) -> Result<PathBuf, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let context = Context {
            runtime: runtime.handle().clone(),
            exe_name: "bitcoin-node".to_owned(),
            data_dir: PathBuf::from("/data/regtest"),
            label: "bitcoin-node-1".to_owned(),
            handshake_timeout: Duration::from_secs(1),
            peer_threads: 1,
            stream_window: 1,
            limits: crate::context::Limits::default(),
        };
        socket_path(address, &context).map_err(|exception| exception.to_string())
    }

    #[test]
    fn resolves_every_form() {
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
        for address in ["", "0", "invalid", "invalid:", "unixx", "tcp:127.0.0.1"] {
            let message = parse(address).unwrap_err();
            assert!(message.starts_with("Unrecognized address"), "{message}");
        }
    }

    #[test]
    fn refuses_a_long_path() {
        let message = parse(&format!("unix:{}", "x".repeat(108))).unwrap_err();
        assert!(
            message.contains("exceeded maximum socket path length"),
            "{message}"
        );
    }
}
