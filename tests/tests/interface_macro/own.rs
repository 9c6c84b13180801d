//! Traits that are their own schema, in the places where Rust has items.

use ipc_runtime::{Exception, IpcEnum, IpcStruct, ipc_interface};

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
    async fn other(&self) -> Result<Option<StageProxy<T>>, Exception>;
}
