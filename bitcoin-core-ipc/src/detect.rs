//! Finds out which interfaces a node speaks.

use std::time::Duration;

use generated_examples::{multiprocess, v31, v32};
use ipc_runtime::{Call, ExceptionKind, Proxy};

use crate::error::Error;
use crate::interfaces::{Init, Interfaces};

/// How long the node may take for each answer.
const PATIENCE: Duration = Duration::from_secs(10);

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
/// # Errors
///
/// The node does not answer in time, or fails in another way than by not having a method.
pub(crate) async fn detect(first: First) -> Result<Init, Error> {
    let v31: v31::init::InitProxy = first.object().cast();
    if !has(v31.make_mining()).await? {
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

/// Whether the node has the method. One that gives null is there.
async fn has<T>(call: Call<T>) -> Result<bool, Error> {
    match call.timeout(PATIENCE).await {
        Ok(_) => Ok(true),
        Err(exception) => match exception.kind() {
            ExceptionKind::Unimplemented => Ok(false),
            ExceptionKind::Null => Ok(true),
            _ => Err(exception.into()),
        },
    }
}
