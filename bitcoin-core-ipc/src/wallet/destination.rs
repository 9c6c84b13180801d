//! Where outputs pay to.

use generated_examples::multiprocess::wallet::{TxDestination, WitnessUnknown};

use crate::error::Error;
use crate::script::ScriptBuf;

/// Where an output pays to: what an address stands for, on any network.
///
/// With the feature `bitcoin` it converts from `bitcoin::Address`, and, for a network, into one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Destination {
    /// A public key itself, of 33 or 65 bytes. It has no address.
    PubKey(Vec<u8>),
    /// The hash of a public key.
    PubKeyHash([u8; 20]),
    /// The hash of a script.
    ScriptHash([u8; 20]),
    /// The hash of a witness script: a program of witness version 0.
    WitnessScriptHash([u8; 32]),
    /// The hash of a public key: a program of witness version 0.
    WitnessPubKeyHash([u8; 20]),
    /// A taproot output key: a program of witness version 1.
    Taproot([u8; 32]),
    /// Another witness program. Nodes of the multiprocess branch tell of such, but fail to read them.
    Witness {
        /// The witness version, from 1 to 16.
        version: u8,
        /// The program, from 2 to 40 bytes.
        program: Vec<u8>,
    },
}

/// What scripts consist of here.
mod op {
    pub(super) const PUSH_20: u8 = 20;
    pub(super) const PUSH_32: u8 = 32;
    /// Of 1, above which the opcodes of greater numbers are.
    pub(super) const NUMBER_1: u8 = 0x51;
    pub(super) const NUMBER_0: u8 = 0;
    pub(super) const DUP: u8 = 0x76;
    pub(super) const EQUAL: u8 = 0x87;
    pub(super) const EQUALVERIFY: u8 = 0x88;
    pub(super) const HASH160: u8 = 0xa9;
    pub(super) const CHECKSIG: u8 = 0xac;
}

impl Destination {
    /// The script of an output that pays here.
    pub fn script_pubkey(&self) -> ScriptBuf {
        let join = |parts: &[&[u8]]| ScriptBuf(parts.concat());
        match self {
            Self::PubKey(key) => join(&[&[length(key)], key, &[op::CHECKSIG]]),
            Self::PubKeyHash(hash) => join(&[
                &[op::DUP, op::HASH160, op::PUSH_20],
                hash,
                &[op::EQUALVERIFY, op::CHECKSIG],
            ]),
            Self::ScriptHash(hash) => join(&[&[op::HASH160, op::PUSH_20], hash, &[op::EQUAL]]),
            Self::WitnessScriptHash(hash) => join(&[&[op::NUMBER_0, op::PUSH_32], hash]),
            Self::WitnessPubKeyHash(hash) => join(&[&[op::NUMBER_0, op::PUSH_20], hash]),
            Self::Taproot(key) => join(&[&[op::NUMBER_1, op::PUSH_32], key]),
            Self::Witness { version, program } => {
                join(&[&[number(*version), length(program)], program])
            }
        }
    }

    /// Where an output with this script pays to; none if that is none of the usual scripts.
    pub fn of_script(script: &ScriptBuf) -> Option<Self> {
        match script.0.as_slice() {
            [
                op::DUP,
                op::HASH160,
                op::PUSH_20,
                hash @ ..,
                op::EQUALVERIFY,
                op::CHECKSIG,
            ] => hash.try_into().ok().map(Self::PubKeyHash),
            [op::HASH160, op::PUSH_20, hash @ .., op::EQUAL] => {
                hash.try_into().ok().map(Self::ScriptHash)
            }
            [op::NUMBER_0, length, program @ ..] if usize::from(*length) == program.len() => {
                let key = program.try_into().map(Self::WitnessPubKeyHash);
                key.or_else(|_| program.try_into().map(Self::WitnessScriptHash))
                    .ok()
            }
            [op::NUMBER_1, op::PUSH_32, key @ ..] if key.len() == 32 => {
                key.try_into().ok().map(Self::Taproot)
            }
            [version @ op::NUMBER_1..=0x60, length, program @ ..]
                if usize::from(*length) == program.len() && (2..=40).contains(length) =>
            {
                Some(Self::Witness {
                    version: version - op::NUMBER_1 + 1,
                    program: program.to_vec(),
                })
            }
            [length @ (33 | 65), key @ .., op::CHECKSIG] if usize::from(*length) == key.len() => {
                Some(Self::PubKey(key.to_vec()))
            }
            _ => None,
        }
    }

    /// Reads what a node sent: none where there is no address.
    pub(crate) fn read(sent: TxDestination) -> Result<Option<Self>, Error> {
        if let Some(hash) = sent.pk_hash {
            return hashed(&hash, Self::PubKeyHash);
        }
        if let Some(hash) = sent.script_hash {
            return hashed(&hash, Self::ScriptHash);
        }
        if let Some(hash) = sent.witness_v0_script_hash {
            return hashed(&hash, Self::WitnessScriptHash);
        }
        if let Some(hash) = sent.witness_v0_key_hash {
            return hashed(&hash, Self::WitnessPubKeyHash);
        }
        if let Some(key) = sent.witness_v1_taproot {
            return hashed(&key, Self::Taproot);
        }
        if let Some(WitnessUnknown { version, program }) = sent.witness_unknown {
            let version = u8::try_from(version)
                .ok()
                .filter(|version| (1..=16).contains(version))
                .ok_or_else(|| {
                    Error::malformed(WHAT, format_args!("the witness version {version}"))
                })?;
            return Ok(Some(Self::Witness { version, program }));
        }
        Ok(sent.pub_key.map(Self::PubKey))
    }

    /// As [`Destination::read`], where there has to be an address.
    pub(crate) fn must(sent: TxDestination) -> Result<Self, Error> {
        Self::read(sent)?.ok_or_else(|| Error::malformed(WHAT, "there is none"))
    }

    /// As it is sent.
    pub(crate) fn wire(&self) -> TxDestination {
        let mut wire = TxDestination::default();
        match self {
            Self::PubKey(key) => wire.pub_key = Some(key.clone()),
            Self::PubKeyHash(hash) => wire.pk_hash = Some(hash.to_vec()),
            Self::ScriptHash(hash) => wire.script_hash = Some(hash.to_vec()),
            Self::WitnessScriptHash(hash) => wire.witness_v0_script_hash = Some(hash.to_vec()),
            Self::WitnessPubKeyHash(hash) => wire.witness_v0_key_hash = Some(hash.to_vec()),
            Self::Taproot(key) => wire.witness_v1_taproot = Some(key.to_vec()),
            Self::Witness { version, program } => {
                wire.witness_unknown = Some(WitnessUnknown {
                    version: u32::from(*version),
                    program: program.clone(),
                });
            }
        }
        wire
    }
}

const WHAT: &str = "a destination";

fn hashed<const N: usize>(
    bytes: &[u8],
    kind: impl FnOnce([u8; N]) -> Destination,
) -> Result<Option<Destination>, Error> {
    match bytes.try_into() {
        Ok(hash) => Ok(Some(kind(hash))),
        Err(_) => Err(Error::malformed(
            WHAT,
            format_args!("{} bytes instead of {N}", bytes.len()),
        )),
    }
}

/// The opcode that pushes a number from 0 to 16.
fn number(number: u8) -> u8 {
    match number {
        0 => op::NUMBER_0,
        _ => number.saturating_add(op::NUMBER_1 - 1),
    }
}

/// The opcode that pushes so many bytes, up to 75.
fn length(pushed: &[u8]) -> u8 {
    u8::try_from(pushed.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> [Destination; 7] {
        [
            Destination::PubKey(vec![2; 33]),
            Destination::PubKeyHash([3; 20]),
            Destination::ScriptHash([4; 20]),
            Destination::WitnessScriptHash([5; 32]),
            Destination::WitnessPubKeyHash([6; 20]),
            Destination::Taproot([7; 32]),
            Destination::Witness {
                version: 16,
                program: vec![8; 40],
            },
        ]
    }

    #[test]
    fn come_back_the_same_from_scripts_and_from_the_wire() {
        for destination in all() {
            let script = destination.script_pubkey();
            assert_eq!(Destination::of_script(&script), Some(destination.clone()));
            let back = Destination::read(destination.wire()).unwrap();
            assert_eq!(back, Some(destination));
        }
    }

    #[test]
    fn other_scripts_have_no_destination() {
        for script in [&[][..], &[0x6a], &[0, 3, 1, 2, 3], &[0x51, 32, 1], &[0xac]] {
            assert_eq!(Destination::of_script(&ScriptBuf(script.to_vec())), None);
        }
        assert_eq!(Destination::read(TxDestination::default()).unwrap(), None);
    }

    #[test]
    fn damaged_ones_are_errors() {
        let short = TxDestination {
            pk_hash: Some(vec![1; 19]),
            ..TxDestination::default()
        };
        let error = Destination::read(short).unwrap_err().to_string();
        assert_eq!(error, "a destination: 19 bytes instead of 20");
        let strange = TxDestination {
            witness_unknown: Some(WitnessUnknown {
                version: 300,
                program: vec![1, 2],
            }),
            ..TxDestination::default()
        };
        assert!(Destination::read(strange).is_err());
        assert!(Destination::must(TxDestination::default()).is_err());
    }
}
