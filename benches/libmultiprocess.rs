//! `cargo bench -p ipc-benches --bench libmultiprocess`: our client and server beside those of libmultiprocess, in
//! all four pairings, over its own test interface. Client and server are processes of their own.
//!
//! `FOO_SERVER` and `FOO_CLIENT` name programs that are built with libmultiprocess, as `tests/README.md` describes
//! them; in addition `FOO_CLIENT PATH bench add|int THREADS CALLS` makes so many calls of `add`, which has no
//! `Context`, or of `callIntFnAsync`, which has one, from so many threads, and prints `time NANOSECONDS`, that of a
//! call. Without the programs only the pairing of our own is measured.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use ipc_benches::contestant::BoxError;
use ipc_benches::table;
use ipc_runtime::Ipc;
use ipc_tests::foo::FooInterfaceProxy;
use ipc_tests::our_foo::OurFoo;

const ROUNDS: usize = 5;
/// What `callIntFnAsync` just returns.
const NUMBER: i32 = 7;

/// What is measured: a method, callers at a time, and calls in all.
const WORKLOADS: [(&str, &str, usize, usize); 4] = [
    ("without Context, 1 caller", "add", 1, 10_000),
    ("with Context, 1 caller", "int", 1, 10_000),
    ("with Context, 4 callers", "int", 4, 20_000),
    ("with Context, 16 callers", "int", 16, 20_000),
];

/// Two programs, each with the arguments that come before its own.
struct Pairing {
    title: &'static str,
    server: Vec<OsString>,
    client: Vec<OsString>,
}

fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    match arguments.next().as_deref() {
        Some("serve") => serve(&arguments.next().ok_or("no path")?),
        Some("call") => {
            let mut next = || arguments.next().ok_or("too few arguments");
            let (path, _bench, method) = (next()?, next()?, next()?);
            call(&path, &method, next()?.parse()?, next()?.parse()?)
        }
        _ => compare(),
    }
}

/// Serves until stdin is closed.
#[tokio::main]
async fn serve(path: &str) -> Result<(), BoxError> {
    let ipc = Ipc::new()?;
    let _listener = ipc
        .listen_address::<FooInterfaceProxy, _>(&format!("unix:{path}"), OurFoo::default())
        .await?;
    println!("ready");
    tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

/// Calls, and prints the time of a call.
#[tokio::main]
async fn call(path: &str, method: &str, callers: usize, calls: usize) -> Result<(), BoxError> {
    let ipc = Ipc::new()?;
    let peer: FooInterfaceProxy = ipc.connect_address(&format!("unix:{path}")).await?;
    peer.init_thread_map().await?;
    let has_context = method == "int";
    run(&peer, has_context, callers, 50).await?;
    let begin = Instant::now();
    run(&peer, has_context, callers, calls / callers).await?;
    let made = calls / callers * callers;
    println!("time {}", begin.elapsed().as_nanos() / made as u128);
    Ok(())
}

/// Makes so many calls from each of so many tasks.
async fn run(
    peer: &FooInterfaceProxy,
    has_context: bool,
    callers: usize,
    each: usize,
) -> Result<(), BoxError> {
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let peer = peer.clone();
            tokio::spawn(async move {
                for _ in 0..each {
                    let answer = match has_context {
                        true => peer.call_int_fn_async(NUMBER).await,
                        false => peer.add(NUMBER - 1, 1).await,
                    };
                    assert_eq!(answer?, NUMBER);
                }
                Ok::<_, BoxError>(())
            })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    Ok(())
}

fn compare() -> Result<(), BoxError> {
    let this = |mode: &str| vec![env::current_exe().unwrap_or_default().into(), mode.into()];
    let program = |name| env::var_os(name).map(|program| vec![program]);
    let mut pairings = vec![Pairing {
        title: "ours",
        server: this("serve"),
        client: this("call"),
    }];
    if let (Some(server), Some(client)) = (program("FOO_SERVER"), program("FOO_CLIENT")) {
        pairings.extend([
            Pairing {
                title: "our client, its server",
                server: server.clone(),
                client: this("call"),
            },
            Pairing {
                title: "its client, our server",
                server: this("serve"),
                client: client.clone(),
            },
            Pairing {
                title: "libmultiprocess",
                server,
                client,
            },
        ]);
    }
    let titles = pairings.iter().map(|pairing| pairing.title);
    table::head(["µs a call"].into_iter().chain(titles));
    for (title, method, callers, calls) in WORKLOADS {
        let mut times = vec![Vec::new(); pairings.len()];
        for _ in 0..ROUNDS {
            for (pairing, times) in pairings.iter().zip(&mut times) {
                times.push(pairing.run(method, callers, calls)?);
            }
        }
        let cells = times.into_iter().map(|mut times| {
            times.sort_by(f64::total_cmp);
            format!("{:.1}", times[times.len() / 2] / 1e3)
        });
        table::row([title.to_owned()].into_iter().chain(cells));
    }
    Ok(())
}

impl Pairing {
    /// The time of a call, in nanoseconds.
    fn run(&self, method: &str, callers: usize, calls: usize) -> Result<f64, BoxError> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("foo.sock");
        let mut server = Server::start(&self.server, &path)?;
        let client = command(&self.client)
            .arg(&path)
            .args(["bench", method, &callers.to_string(), &calls.to_string()])
            .stderr(Stdio::inherit())
            .output()?;
        server.stop()?;
        let said = String::from_utf8_lossy(&client.stdout);
        let time = said.trim().strip_prefix("time ");
        Ok(time
            .ok_or_else(|| format!("the client said {said:?}"))?
            .parse()?)
    }
}

fn command(program: &[OsString]) -> Command {
    let mut command = Command::new(program.first().cloned().unwrap_or_default());
    command.args(program.iter().skip(1));
    command
}

struct Server(Child);

impl Server {
    fn start(program: &[OsString], path: &Path) -> Result<Self, BoxError> {
        let mut server = command(program)
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(server.stdout.take().ok_or("no stdout")?).read_line(&mut line)?;
        match line.trim() {
            "ready" => Ok(Self(server)),
            said => Err(format!("the server said {said:?}").into()),
        }
    }

    fn stop(&mut self) -> Result<(), BoxError> {
        drop(self.0.stdin.take());
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, unless something failed.
        let _ = self.0.kill();
    }
}
