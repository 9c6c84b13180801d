//! What calls and answers carry: numbers, text and capabilities.

use capnp::any_pointer;
use capnp::capability::FromClientHook;
use capnp::private::capability::ClientHook;
use capnp::private::layout::{
    PointerBuilder, PointerReader, PointerType, StructBuilder, StructReader, StructSize,
};
use capnp::traits::{FromPointerBuilder, FromPointerReader, Imbue, ImbueMut};
use capnp_rpc::rpc_capnp::{cap_descriptor, payload};

use crate::rpc::{read_promised, write_promised};

/// Parameters or results: a struct of one number and so many capabilities, or one capability alone,
/// as the answer to a Bootstrap has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Payload {
    pub(crate) number: u32,
    pub(crate) caps: Vec<Cap>,
    pub(crate) bare: bool,
    /// What the first pointer leads to if that is a struct, a Context: the places of its capabilities among all.
    /// The second pointer leads to one that is not in there.
    pub(crate) context: Option<[Option<usize>; 2]>,
    /// What the first pointer leads to if that is text.
    pub(crate) text: String,
}

/// A descriptor of a capability.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cap {
    None,
    SenderHosted(u32),
    SenderPromise(u32),
    ReceiverHosted(u32),
    ReceiverAnswer(u32, Vec<u16>),
    /// At this vine.
    ThirdParty(u32),
}

impl Payload {
    pub(crate) fn write(&self, mut target: payload::Builder<'_>) {
        let mut hooks: Vec<Option<Box<dyn ClientHook>>> = Vec::new();
        let mut content: any_pointer::Builder<'_> = target.reborrow().get_content();
        content.imbue_mut(&mut hooks);
        if self.bare {
            content.set_as_capability(placeholder());
        } else {
            let content: OpenBuilder<'_> = content.init_as();
            content.0.set_data_field(0, self.number);
            self.write_pointers(content);
        }
        let mut table = target.init_cap_table(self.caps.len() as u32);
        for (index, cap) in (0..).zip(&self.caps) {
            cap.write(table.reborrow().get(index));
        }
    }

    fn write_pointers(&self, mut content: OpenBuilder<'_>) {
        let Some(context) = self.context else {
            if !self.caps.is_empty() {
                content.pointer(0).set_capability(placeholder());
            } else if !self.text.is_empty() {
                content.pointer(0).set_text(self.text.as_str().into());
            }
            return;
        };
        let mut inner = OpenBuilder(content.pointer(0).init_struct(OPEN));
        let mut places = 0;
        for (pointer, place) in (0..).zip(context) {
            if let Some(place) = place {
                // As placeholders take them.
                assert_eq!(place, places);
                places += 1;
                inner.pointer(pointer).set_capability(placeholder());
            }
        }
        if self.caps.len() > places {
            content.pointer(1).set_capability(placeholder());
        }
    }

    pub(crate) fn read(source: payload::Reader<'_>) -> capnp::Result<Self> {
        let mut caps = Vec::new();
        for cap in source.get_cap_table()? {
            caps.push(Cap::read(cap)?);
        }
        let hooks: Vec<_> = caps.iter().map(|_| Some(placeholder())).collect();
        let mut content = source.get_content();
        content.imbue(&hooks);
        let Ok(content) = content.get_as::<OpenReader<'_>>() else {
            return Ok(Self {
                bare: true,
                caps,
                ..Self::default()
            });
        };
        let first = content.0.get_pointer_field(0);
        let context = match first.get_pointer_type()? {
            PointerType::Struct => Some(first.get_struct(None)?),
            _ => None,
        };
        let text = match first.get_pointer_type()? {
            PointerType::List => first.get_text(None).and_then(|text| Ok(text.to_string()?)),
            _ => Ok(String::new()),
        };
        Ok(Self {
            bare: false,
            number: content.0.get_data_field(0),
            context: context.map(|context| {
                [0, 1].map(|pointer| place(&hooks, &context.get_pointer_field(pointer)))
            }),
            // Other lists are none.
            text: text.unwrap_or_default(),
            caps,
        })
    }
}

/// The size of a struct of one number and two pointers, which stands for others.
const OPEN: StructSize = StructSize {
    data: 1,
    pointers: 2,
};

struct OpenBuilder<'a>(StructBuilder<'a>);

impl OpenBuilder<'_> {
    fn pointer(&mut self, number: usize) -> PointerBuilder<'_> {
        self.0.reborrow().get_pointer_field(number)
    }
}

impl<'a> FromPointerBuilder<'a> for OpenBuilder<'a> {
    fn init_pointer(builder: PointerBuilder<'a>, _length: u32) -> Self {
        Self(builder.init_struct(OPEN))
    }

    fn get_from_pointer(
        builder: PointerBuilder<'a>,
        default: Option<&'a [capnp::Word]>,
    ) -> capnp::Result<Self> {
        builder.get_struct(OPEN, default).map(Self)
    }
}

struct OpenReader<'a>(StructReader<'a>);

impl<'a> FromPointerReader<'a> for OpenReader<'a> {
    fn get_from_pointer(
        reader: &PointerReader<'a>,
        default: Option<&'a [capnp::Word]>,
    ) -> capnp::Result<Self> {
        reader.get_struct(default).map(Self)
    }
}

/// The place in the table of what a pointer leads to, if that is a capability.
fn place(hooks: &[Option<Box<dyn ClientHook>>], pointer: &PointerReader<'_>) -> Option<usize> {
    let wanted = pointer.get_capability().ok()?.get_ptr();
    let mut hooks = hooks.iter().flatten();
    hooks.position(|hook| hook.get_ptr() == wanted)
}

/// A hook that takes the next place in a table of capabilities.
fn placeholder() -> Box<dyn ClientHook> {
    let client: capnp::capability::Client =
        capnp_rpc::new_future_client(std::future::pending::<capnp::Result<_>>());
    client.into_client_hook()
}

impl Cap {
    pub(crate) fn write(&self, mut target: cap_descriptor::Builder<'_>) {
        match self {
            Self::None => target.set_none(()),
            Self::SenderHosted(id) => target.set_sender_hosted(*id),
            Self::SenderPromise(id) => target.set_sender_promise(*id),
            Self::ReceiverHosted(id) => target.set_receiver_hosted(*id),
            Self::ReceiverAnswer(question, path) => {
                write_promised(target.init_receiver_answer(), *question, path);
            }
            Self::ThirdParty(vine) => target.init_third_party_hosted().set_vine_id(*vine),
        }
    }

    pub(crate) fn read(source: cap_descriptor::Reader<'_>) -> capnp::Result<Self> {
        use cap_descriptor::Which;

        Ok(match source.which()? {
            Which::None(()) => Self::None,
            Which::SenderHosted(id) => Self::SenderHosted(id),
            Which::SenderPromise(id) => Self::SenderPromise(id),
            Which::ReceiverHosted(id) => Self::ReceiverHosted(id),
            Which::ReceiverAnswer(promised) => {
                let (question, path) = read_promised(promised?)?;
                Self::ReceiverAnswer(question, path)
            }
            Which::ThirdPartyHosted(third) => Self::ThirdParty(third?.get_vine_id()),
        })
    }
}
