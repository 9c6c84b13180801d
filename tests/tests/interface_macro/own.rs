//! Traits that are their own schema, in the places where Rust has items.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use ipc_runtime::{CustomValue, Exception, IpcEnum, IpcStruct, ipc_interface};

use crate::shop::milliseconds;

#[derive(Clone, Copy, Debug, PartialEq, IpcEnum)]
#[ipc(id = 0xa52f8c13e6b90d47)]
pub(crate) enum Tone {
    Plain,
    VeryLoud,
    Unknown(u16),
}

#[derive(Clone, Debug, PartialEq, IpcStruct)]
#[ipc(id = 0xb94d70e3c1f65a28)]
pub(crate) struct Line {
    pub(crate) text: String,
    #[ipc(enum)]
    pub(crate) tone: Tone,
    pub(crate) volume: Option<f32>,
    pub(crate) note: Option<String>,
    pub(crate) answers: Vec<Line>,
    pub(crate) next: Option<Box<Line>>,
}

/// A line that is always loud.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shout(pub(crate) String);

impl CustomValue<Line> for Shout {
    type Error = &'static str;

    fn from_wire(line: Line) -> Result<Self, Self::Error> {
        match line.tone {
            Tone::VeryLoud => Ok(Self(line.text)),
            _ => Err("that is no shout"),
        }
    }

    fn to_wire(&self) -> Line {
        Line {
            text: self.0.clone(),
            tone: Tone::VeryLoud,
            ..Line::default()
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Loud(pub(crate) bool);

impl CustomValue<Tone> for Loud {
    type Error = Infallible;

    fn from_wire(tone: Tone) -> Result<Self, Infallible> {
        Ok(Self(tone == Tone::VeryLoud))
    }

    fn to_wire(&self) -> Tone {
        if self.0 { Tone::VeryLoud } else { Tone::Plain }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seats(pub(crate) BTreeSet<u16>);

impl CustomValue<Vec<u16>> for Seats {
    type Error = Infallible;

    fn from_wire(seats: Vec<u16>) -> Result<Self, Infallible> {
        Ok(Self(seats.into_iter().collect()))
    }

    fn to_wire(&self) -> Vec<u16> {
        self.0.iter().copied().collect()
    }
}

#[ipc_interface(id = 0xc8e15b7da3902f64)]
pub(crate) trait Stage<T> {
    #[ipc(ordinal = 1, context, exception, cancel_with = "hush")]
    async fn say(
        &self,
        line: Line,
        #[ipc(enum)] tone: Option<Tone>,
        times: Option<u8>,
    ) -> Result<Option<Line>, Exception>;
    #[ipc(ordinal = 0)]
    fn hush(&self) -> Result<(), Exception>;
    async fn keep(&self, value: T) -> Result<T, Exception>;
    #[ipc(enum)]
    async fn tones(&self) -> Result<Vec<Tone>, Exception>;
    #[ipc(from = Line)]
    async fn shout(
        &self,
        #[ipc(from = Line)] line: Shout,
        #[ipc(enum, from = Tone)] tone: Loud,
        #[ipc(from = Vec<u16>)] seats: Seats,
        #[ipc(from = Vec<u64>, with = milliseconds)] pauses: Vec<Duration>,
    ) -> Result<Shout, Exception>;
    async fn other(&self) -> Result<Option<StageProxy<T>>, Exception>;
}
