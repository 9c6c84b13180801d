//! A client in Python: `jsonrpclib-pelix`, over one connection.

use std::io::Write as _;

use tokio::process::Command;

use crate::support::{ALICE, Served, within};

#[tokio::test]
async fn calls_a_shop() {
    let Some(python) = std::env::var_os("IPC_INTEROP_PYTHON") else {
        // To the process's stderr itself: what a passing test prints is not shown.
        let message = "SKIPPED calls_a_shop: IPC_INTEROP_PYTHON is not set; it names a Python that has \
                       jsonrpclib-pelix 1.2\n";
        let _ = std::io::stderr().write_all(message.as_bytes());
        return;
    };
    let served = Served::start().await;
    let address = served.address();
    let port = address.rsplit(':').next().unwrap();
    let mut command = Command::new(python);
    command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../interop/json_rpc.py"
        ))
        .args(["shop", port, &served.socket(), ALICE]);
    let output = within("python", command.kill_on_drop(true).output())
        .await
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{text}");
    assert_eq!(text, "shop: ok\n");
    served.tills(0).await;
}
