//! What a node prints while it runs.

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::ChildStdout;
use tokio::sync::oneshot;

/// Is told each line.
pub(super) type Log = Box<dyn FnMut(&str) + Send>;

/// What a node of any version prints when it has loaded its chain.
const LOADED: &str = "init message: Done loading";

/// Reads what a node prints for as long as it does, so that it never waits for that. Returns what is told when the node has
/// loaded its chain.
pub(super) fn follow(stdout: ChildStdout, log: Log) -> oneshot::Receiver<()> {
    let (sender, loaded) = oneshot::channel();
    tokio::spawn(read(stdout, log, sender));
    loaded
}

async fn read(stdout: ChildStdout, mut log: Log, loaded: oneshot::Sender<()>) {
    let mut stdout = BufReader::new(stdout);
    let mut loaded = Some(loaded);
    let mut line = Vec::new();
    while let Ok(1..) = stdout.read_until(b'\n', &mut line).await {
        let text = String::from_utf8_lossy(&line);
        log(text.trim_end());
        if text.contains(LOADED)
            && let Some(loaded) = loaded.take()
        {
            // Who has given up waiting does not mind.
            _ = loaded.send(());
        }
        line.clear();
    }
}
