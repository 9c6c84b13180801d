//! A client in Python: `jsonrpclib-pelix`, over one connection.

use std::io::Write as _;

use ipc_json_rpc_tests::foo::FooInterfaceProxy;
use ipc_json_rpc_tests::our_foo::OurFoo;
use tokio::process::Command;

use crate::support::{ALICE, Endpoint, Served, within};

/// Runs a case of the program. Says so if there is no Python for it.
async fn run(case: &str, served: &Endpoint) {
    let Some(python) = std::env::var_os("IPC_INTEROP_PYTHON") else {
        // To the process's stderr itself: what a passing test prints is not shown.
        let message = format!(
            "SKIPPED {case} by Python: IPC_INTEROP_PYTHON is not set; it names a Python that has \
             jsonrpclib-pelix 1.2\n"
        );
        let _ = std::io::stderr().write_all(message.as_bytes());
        return;
    };
    let address = served.address();
    let port = address.rsplit(':').next().unwrap();
    let mut command = Command::new(python);
    command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../interop/json_rpc.py"
        ))
        .args([case, port, &served.socket(), ALICE]);
    let output = within("python", command.kill_on_drop(true).output())
        .await
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{text}");
    assert_eq!(text, format!("{case}: ok\n"));
}

#[tokio::test]
async fn calls_a_shop() {
    let served = Served::start().await;
    run("shop", &served).await;
    served.tills(0).await;
}

/// libmultiprocess's own test interface.
#[tokio::test]
async fn calls_foo() {
    let foo = FooInterfaceProxy::new(OurFoo::default());
    let served = Endpoint::serve(foo, |builder| builder).await;
    run("foo", &served).await;
}
