//! Which interfaces a node speaks.

use std::fmt;

use generated_examples::{multiprocess, v30, v31, v32};

/// A set of interfaces that nodes speak: the sets share ids, and mean different methods by the same ordinals.
///
/// A release of Bitcoin Core speaks the set that is named after it, or the last one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interfaces {
    /// Bitcoin Core v30.
    V30,
    /// Bitcoin Core v31.
    V31,
    /// Bitcoin Core v32.
    V32,
    /// Bitcoin Core's multiprocess branch.
    Multiprocess,
}

impl fmt::Display for Interfaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V30 => "v30",
            Self::V31 => "v31",
            Self::V32 => "v32",
            Self::Multiprocess => "multiprocess",
        })
    }
}

/// One object, by the proxy of the set that its node speaks.
#[derive(Clone, Debug)]
pub(crate) enum Of<A, B, C, D> {
    V30(A),
    V31(B),
    V32(C),
    Multiprocess(D),
}

pub(crate) type Init = Of<
    v30::init::InitProxy,
    v31::init::InitProxy,
    v32::init::InitProxy,
    multiprocess::init::InitProxy,
>;

pub(crate) type AnyMining = Of<
    v30::mining::MiningProxy,
    v31::mining::MiningProxy,
    v32::mining::MiningProxy,
    multiprocess::mining::MiningProxy,
>;

pub(crate) type AnyTemplate = Of<
    v30::mining::BlockTemplateProxy,
    v31::mining::BlockTemplateProxy,
    v32::mining::BlockTemplateProxy,
    multiprocess::mining::BlockTemplateProxy,
>;

impl<A, B, C, D> Of<A, B, C, D> {
    pub(crate) fn interfaces(&self) -> Interfaces {
        match self {
            Self::V30(_) => Interfaces::V30,
            Self::V31(_) => Interfaces::V31,
            Self::V32(_) => Interfaces::V32,
            Self::Multiprocess(_) => Interfaces::Multiprocess,
        }
    }
}

/// The same expression for the proxy of whichever set.
macro_rules! each {
    ($object:expr, $proxy:ident => $call:expr) => {
        match $object {
            $crate::interfaces::Of::V30($proxy) => $call,
            $crate::interfaces::Of::V31($proxy) => $call,
            $crate::interfaces::Of::V32($proxy) => $call,
            $crate::interfaces::Of::Multiprocess($proxy) => $call,
        }
    };
}

/// As [`each`], for an expression that makes the proxy of another object of the same set.
macro_rules! each_gives {
    ($object:expr, $proxy:ident => $call:expr) => {
        match $object {
            $crate::interfaces::Of::V30($proxy) => $crate::interfaces::Of::V30($call),
            $crate::interfaces::Of::V31($proxy) => $crate::interfaces::Of::V31($call),
            $crate::interfaces::Of::V32($proxy) => $crate::interfaces::Of::V32($call),
            $crate::interfaces::Of::Multiprocess($proxy) => {
                $crate::interfaces::Of::Multiprocess($call)
            }
        }
    };
}

pub(crate) use {each, each_gives};
