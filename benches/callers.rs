//! Callers that are tasks of a multi-thread runtime.

use std::time::{Duration, Instant};

use crate::contestant::BoxError;
use crate::workload::Workload;

/// The time that the workload takes if every caller is a task of its own, which `call` makes from a
/// client, the number of calls and the text.
pub(crate) async fn time<C, F>(
    workload: Workload,
    clients: &[C],
    call: impl Fn(C, usize, String) -> F,
) -> Result<Duration, BoxError>
where
    C: Clone,
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    let text = workload.text();
    let start = Instant::now();
    let callers: Vec<_> = clients
        .iter()
        .cycle()
        .take(workload.in_flight)
        .map(|client| tokio::spawn(call(client.clone(), workload.calls, text.clone())))
        .collect();
    for caller in callers {
        caller.await??;
    }
    Ok(start.elapsed())
}
