//! Finds out which interfaces a node speaks.

use std::pin::pin;
use std::time::Duration;

use generated_examples::{multiprocess, v31, v32};
use ipc_runtime::{Call, Exception, ExceptionKind, Proxy};

use crate::error::Error;
use crate::interfaces::{Init, Interfaces};

/// How long the node may take for each answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a method may take that takes no time unless the node is loading.
const MOMENT: Duration = Duration::from_secs(1);

/// What every set begins with: `construct` and `makeEcho` are the same in all of them.
pub(crate) type First = v32::init::InitProxy;

/// Asks the node's first object, by ordinals that mean the same in every set that has them:
///
/// | ordinal | v30 | v31 | v32 | multiprocess |
/// |---|---|---|---|---|
/// | 3 | | `makeMining` | `makeMining` | `makeMining` |
/// | 5 | | | | `makeNode` |
/// | 4 | | | `makeRpc` | (`makeChain`, and so not asked) |
///
/// Ordinal 2 tells nothing that 3 does not, and is another method in v30. What the methods make is released.
///
/// A v31 or v32 that is loading its chain answers `makeMining` when it has, which can take hours; nodes without the
/// method say so at once.
///
/// # Errors
///
/// The node does not answer in time, or fails in another way than by not having a method.
pub(crate) async fn detect(first: First) -> Result<Init, Error> {
    let v31: v31::init::InitProxy = first.object().cast();
    if !has_if_answering(v31.make_mining(), &first).await? {
        return Ok(assume(first, Interfaces::V30));
    }
    let multiprocess: multiprocess::init::InitProxy = first.object().cast();
    if has(multiprocess.make_node()).await? {
        return Ok(assume(first, Interfaces::Multiprocess));
    }
    if has(first.make_rpc()).await? {
        return Ok(assume(first, Interfaces::V32));
    }
    Ok(assume(first, Interfaces::V31))
}

/// The first object by the proxy of a set.
pub(crate) fn assume(first: First, interfaces: Interfaces) -> Init {
    match interfaces {
        Interfaces::V30 => Init::V30(first.object().cast()),
        Interfaces::V31 => Init::V31(first.object().cast()),
        Interfaces::V32 => Init::V32(first),
        Interfaces::Multiprocess => Init::Multiprocess(first.object().cast()),
    }
}

/// Whether the node has a method that may take long. It is there if other calls are answered meanwhile.
async fn has_if_answering<T>(call: Call<T>, first: &First) -> Result<bool, Error> {
    let mut asked = pin!(call.timeout(PATIENCE));
    if let Ok(answer) = tokio::time::timeout(MOMENT, &mut asked).await {
        return says(answer);
    }
    tokio::select! {
        // Answers come in the order of their calls if these take no time.
        biased;
        answer = asked => says(answer),
        other = first.make_echo().timeout(PATIENCE) => {
            other?;
            Ok(true)
        }
    }
}

/// Whether the node has the method.
async fn has<T>(call: Call<T>) -> Result<bool, Error> {
    says(call.timeout(PATIENCE).await)
}

/// Whether this is the answer of a node that has the method. One that gives null is there.
fn says<T>(answer: Result<T, Exception>) -> Result<bool, Error> {
    match answer {
        Ok(_) => Ok(true),
        Err(exception) => match exception.kind() {
            ExceptionKind::Unimplemented => Ok(false),
            ExceptionKind::Null => Ok(true),
            _ => Err(exception.into()),
        },
    }
}
